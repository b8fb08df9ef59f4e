using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Maintenance;
using Offerbook.Master.Offers;
using Offerbook.Master.Operations;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>
/// Takes the calls of schedulers: the checks that decide the HTTP status, in the order that clients know, then the call itself.
/// </summary>
internal sealed class SchedulerCalls(
    ClusterState cluster, Subscriptions subscriptions, FrameworkUpdates frameworkUpdates, Departures departures, AcceptHandler accept,
    Reconciler reconciler,
    TaskKiller killer, StatusUpdates updates, InverseOffers inverseOffers, OperationUpdates operations,
    OperationReconciler operationReconciler)
{
    public void Handle(in Turn turn, MasterMessage.SchedulerCallReceived message)
    {
        var (connection, call, streamId, principal) = message;
        if (SchedulerCallValidator.Validate(call, principal) is { } invalid)
        {
            turn.Answer(connection, 400, SchedulerCallValidator.Prefix + invalid);
            return;
        }
        streamId = string.IsNullOrEmpty(streamId) ? null : streamId;
        if (call.Type == Type.Subscribe)
        {
            if (streamId is not null)
            {
                turn.Answer(connection, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
                return;
            }
            subscriptions.Subscribe(turn, connection, call, principal);
            return;
        }
        if (CheckCaller(call, streamId, principal, out var framework) is var (status, text))
        {
            turn.Answer(connection, status, text);
            return;
        }
        framework!.Counters.CountCall(call.Type);
        if (call.Type == Type.UpdateFramework)
        {
            frameworkUpdates.Update(turn, connection, framework, call.UpdateFramework);
            return;
        }
        turn.Answer(connection, call.Type == Type.Unknown ? 501 : 202, call.Type == Type.Unknown ? "501 Not Implemented." : "");
        Dispatch(turn, framework, call);
    }

    private (int Status, string Text)? CheckCaller(SchedulerCall call, string? streamId, string? principal, out Framework? framework)
    {
        if (!cluster.Frameworks.TryGet(FrameworkId.From(call.FrameworkId), out framework))
        {
            return (400, "Framework cannot be found");
        }
        if (principal is not null && framework.Info.HasPrincipal && framework.Info.Principal != principal)
        {
            return (400,
                $"Authenticated principal '{principal}' does not match principal '{framework.Info.Principal}' set in `FrameworkInfo`");
        }
        if (!framework.Connected)
        {
            return (403, "Framework is not subscribed");
        }
        if (streamId is null)
        {
            return (400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
        }
        if (streamId != framework.StreamId)
        {
            return (400,
                $"The stream ID '{streamId}' included in this request didn't match the stream ID currently associated with framework ID {framework.Id}");
        }
        return null;
    }

    private void Dispatch(in Turn turn, Framework framework, SchedulerCall call)
    {
        switch (call.Type)
        {
            case Type.Teardown:
                departures.Remove(turn, framework);
                break;
            case Type.Accept:
                accept.Accept(turn, framework, call.Accept);
                break;
            case Type.Decline:
                accept.Decline(turn, framework, call.Decline);
                break;
            case Type.Revive:
                Revive(framework, call.Revive?.Roles ?? []);
                break;
            case Type.Suppress:
                Suppress(framework, call.Suppress?.Roles ?? []);
                break;
            case Type.Kill:
                killer.Kill(turn, framework, call.Kill);
                break;
            case Type.Shutdown:
                cluster.Agents.Find(AgentId.From(call.Shutdown.AgentId))?
                    .Send(turn, AgentEvents.ShutdownExecutor(framework.Id, call.Shutdown.ExecutorId));
                break;
            case Type.Acknowledge:
                updates.Acknowledge(turn, framework, call.Acknowledge);
                break;
            case Type.Reconcile:
                reconciler.Reconcile(turn, framework, call.Reconcile.Tasks);
                break;
            case Type.ReconcileOperations:
                operationReconciler.Reconcile(turn, framework, call.ReconcileOperations.Operations);
                break;
            case Type.Message:
                PassMessage(turn, framework, call.Message);
                break;
            case Type.Request:
                // Accepted and of no effect: offers follow from fairness alone, as in the original.
                cluster.Counters.Increment("messages_resource_request");
                break;
            case Type.AcceptInverseOffers:
                inverseOffers.Answer(turn, framework, call.AcceptInverseOffers.InverseOfferIds, call.AcceptInverseOffers.Filters,
                    accepted: true);
                break;
            case Type.DeclineInverseOffers:
                inverseOffers.Answer(turn, framework, call.DeclineInverseOffers.InverseOfferIds, call.DeclineInverseOffers.Filters,
                    accepted: false);
                break;
            case Type.AcknowledgeOperationStatus:
                operations.Acknowledge(turn, framework, call.AcknowledgeOperationStatus);
                break;
        }
    }

    private void Revive(Framework framework, IReadOnlyList<string> roles)
    {
        cluster.Counters.Increment("messages_revive_offers");
        if (roles.All(framework.Roles.Contains))
        {
            framework.SuppressedRoles.ExceptWith(roles.Count == 0 ? framework.Roles : roles);
            cluster.Allocator.Revive(framework.Id, roles);
        }
    }

    private void Suppress(Framework framework, IReadOnlyList<string> roles)
    {
        cluster.Counters.Increment("messages_suppress_offers");
        if (roles.All(framework.Roles.Contains))
        {
            framework.SuppressedRoles.UnionWith(roles.Count == 0 ? framework.Roles : roles);
            cluster.Allocator.Suppress(framework.Id, roles);
        }
    }

    private void PassMessage(in Turn turn, Framework framework, SchedulerCall.Types.Message message)
    {
        cluster.Counters.Increment("messages_framework_to_executor");
        var agent = cluster.Agents.Find(AgentId.From(message.AgentId));
        cluster.Counters.Increment(agent is { Connected: true }
            ? "valid_framework_to_executor_messages"
            : "invalid_framework_to_executor_messages");
        agent?.Send(turn, AgentEvents.Message(framework.Id, message.ExecutorId, message.Data));
    }
}
