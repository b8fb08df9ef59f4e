using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Wire.Identity;
using Report = Offerbook.Wire.AgentProtocol.Call.Types.Subscribe;

namespace Offerbook.Master.Operations;

/// <summary>
/// Brings the operations that the master believes to be on an agent together with those that the agent reports when it subscribes.
/// The agent's total in the same report already holds what they made, or does not.
/// </summary>
internal sealed class OperationReports(ClusterState cluster, OperationBook book)
{
    /// <summary>Takes the report in. Statuses follow by themselves: the agent sends those that wait.</summary>
    public void Learn(Agent agent, Report report)
    {
        foreach (var reported in report.Operations)
        {
            var uuid = OperationUuid.From(reported.Uuid.Value);
            if (agent.Operations.TryGet(uuid, out var known))
            {
                Advance(known, reported.LatestStatus);
            }
            else if (IsOfInterest(reported) && agent.OperationCount < cluster.Settings.MaxOperationsPerAgent)
            {
                FrameworkId? framework = reported.FrameworkId is null ? null : FrameworkId.From(reported.FrameworkId);
                book.Add(new LiveOperation(uuid, framework, agent.Id, reported.Info, reported.LatestStatus));
                cluster.OperationTally.Came(reported.Info.Type, reported.LatestStatus.State);
            }
        }
    }

    /// <summary>Asks after operations that the agent did not list; comes after its SUBSCRIBED.</summary>
    public void Settle(in Turn turn, Agent agent, Report report)
    {
        if (agent.OperationCount == 0)
        {
            return;
        }
        var listed = report.Operations.Select(operation => OperationUuid.From(operation.Uuid.Value)).ToHashSet();
        var missing = new List<LiveOperation>();
        foreach (var operation in agent.Operations.Where(operation => !listed.Contains(operation.Uuid)).ToList())
        {
            if (operation.Id is null || operation.IsTerminal)
            {
                // Nobody waits for it, or the acknowledgement had reached the agent.
                cluster.OperationTally.Left(operation.Info.Type, operation.Latest.State);
                book.Remove(operation);
            }
            else
            {
                missing.Add(operation);
            }
        }
        if (missing.Count > 0)
        {
            agent.Send(turn, OperationEvents.Reconcile(missing));
        }
    }

    /// <summary>One that nobody waits for is not taken in: its status is answered when it comes.</summary>
    private bool IsOfInterest(Mesos.V1.Operation reported)
    {
        var over = OperationStates.IsTerminal(reported.LatestStatus.State);
        if (reported.FrameworkId is null)
        {
            return !over;
        }
        if (!cluster.Frameworks.TryGet(FrameworkId.From(reported.FrameworkId), out var framework))
        {
            return false;
        }
        // A framework that did not hear of an operation for long may have used its id again.
        return reported.Info.Id is { } id ? !framework.Operations.Contains(id.Value) : !over;
    }

    private void Advance(LiveOperation known, OperationStatus status)
    {
        if (!known.IsTerminal)
        {
            book.Advance(known, status);
        }
    }
}
