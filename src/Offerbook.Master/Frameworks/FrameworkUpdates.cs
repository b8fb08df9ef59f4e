using Offerbook.Master.Authorization;
using Offerbook.Master.Offers;

namespace Offerbook.Master.Frameworks;

/// <summary>UPDATE_FRAMEWORK: a subscribed framework says anew what it is and which offers it wants. Answered when it is done.</summary>
internal sealed class FrameworkUpdates(ClusterState cluster, Subscriptions subscriptions)
{
    public void Update(in Turn turn, Wire.Identity.ConnectionId connection, Framework framework, SchedulerCall.Types.UpdateFramework update)
    {
        if (FrameworkInfoRules.Validate(update.FrameworkInfo, cluster) is { } invalid)
        {
            turn.Answer(connection, 400, "Supplied FrameworkInfo is not valid: " + invalid);
            return;
        }
        if (FrameworkInfoRules.ValidateUpdate(framework.Info, update.FrameworkInfo) is { } forbidden)
        {
            turn.Answer(connection, 400, "FrameworkInfo update is not valid: " + forbidden);
            return;
        }
        if (CallPermissions.RefuseRoles(cluster.Settings.Authorizer, update.FrameworkInfo) is { } unauthorized)
        {
            turn.Answer(connection, 403, unauthorized);
            return;
        }
        var (preferences, problem) = OfferPreferences.Read(
            update.FrameworkInfo, update.SuppressedRoles, update.OfferConstraints, cluster.Settings.OfferConstraintLimits);
        if (preferences is null)
        {
            turn.Answer(connection, 400, "'UpdateFramework' call is not valid: " + problem);
            return;
        }
        if (subscriptions.Update(turn, framework, update.FrameworkInfo.Clone(), preferences))
        {
            cluster.Registry.RecordSubscribed(turn, framework);
            cluster.OperatorStreams.FrameworkUpdated(framework);
        }
        turn.Answer(connection, 200);
    }
}
