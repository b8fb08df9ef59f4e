using System.Globalization;
using Mesos.V1;
using Offerbook.Master.Calls;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Registry;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Weights;

/// <summary>
/// UPDATE_WEIGHTS: all or nothing. When a role of the list has frameworks, every offer is rescinded, so that the new shares show
/// at once and not only when offers happen to end.
/// </summary>
internal sealed class WeightCalls(ClusterState cluster, OfferBook offers) : IOperatorArea
{
    public IReadOnlyList<Type> Types { get; } = [Type.UpdateWeights];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var update = new WeightsUpdated();
        foreach (var given in message.Call.UpdateWeights.WeightInfos)
        {
            var weight = new WeightInfo { Role = given.Role.Trim(), Weight = given.Weight };
            if (Check(weight) is { } invalid)
            {
                turn.Answer(message.Connection, 400, invalid);
                return;
            }
            update.WeightInfos.Add(weight);
        }
        if (update.WeightInfos.Count > 0)
        {
            Apply(turn, update);
        }
        turn.Answer(message.Connection, 200);
    }

    private string? Check(WeightInfo weight)
    {
        const string Prefix = "Failed to validate update weights request JSON";
        if (RoleName.Problem(weight.Role) is { } problem)
        {
            return $"{Prefix}: Invalid role '{weight.Role}': {problem}";
        }
        if (weight.Role != RoleName.Default && cluster.Settings.Roles is { } listed && !listed.Contains(weight.Role))
        {
            return $"{Prefix}: Unknown role '{weight.Role}'";
        }
        return weight.Weight > 0 && double.IsFinite(weight.Weight)
            ? null
            : $"{Prefix} for role '{weight.Role}': Invalid weight '{weight.Weight.ToString("G15", CultureInfo.InvariantCulture)}': Weights must be positive";
    }

    private void Apply(in Turn turn, WeightsUpdated update)
    {
        cluster.Registry.Record(turn, update);
        foreach (var weight in update.WeightInfos)
        {
            cluster.Allocator.UpdateWeight(weight.Role, weight.Weight);
        }
        var roles = update.WeightInfos.Select(weight => weight.Role).ToHashSet();
        if (cluster.Frameworks.Any(framework => framework.Roles.Any(roles.Contains)))
        {
            foreach (var offer in offers.All.ToList())
            {
                offers.Rescind(turn, offer, OfferEnd.WeightsChanged);
            }
        }
    }
}
