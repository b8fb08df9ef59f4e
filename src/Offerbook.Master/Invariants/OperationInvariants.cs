using Offerbook.Actors;
using Offerbook.Resources;

namespace Offerbook.Master.Invariants;

/// <summary>What must hold of operations between any two turns.</summary>
internal static class OperationInvariants
{
    public static void Check(ClusterState cluster)
    {
        foreach (var agent in cluster.Agents)
        {
            CheckVolumes(agent);
            if (agent.OperationCount == 0)
            {
                continue;
            }
            Invariant.Check(agent.OperationCount <= cluster.Settings.MaxOperationsPerAgent,
                $"operations on {agent.Id} are bounded");
            foreach (var operation in agent.Operations)
            {
                Invariant.Check(operation.Agent == agent.Id, $"operation {operation.Uuid} is on its agent");
                Invariant.Check(operation.Id is not null || !operation.IsTerminal,
                    $"operation {operation.Uuid}, which nobody acknowledges, is under way");
                if (operation.Framework is { } owner)
                {
                    Invariant.Check(cluster.Frameworks.Find(owner) is { } framework
                        ? operation.Id is not { } id || framework.Operations.Find(id) is not null
                        : operation.Id is null, $"operation {operation.Uuid} is known to its framework");
                }
            }
        }
        foreach (var framework in cluster.Frameworks)
        {
            foreach (var operation in framework.Operations)
            {
                Invariant.Check(cluster.Agents.Find(operation.Agent)?.Operations.Find(operation.Uuid) == operation,
                    $"operation {operation.Id} of {framework.Id} is on its agent");
            }
        }
    }

    private static void CheckVolumes(Agents.Agent agent)
    {
        if ((agent.Total.Traits & ResourceTraits.Exclusive) == 0)
        {
            return;
        }
        var seen = new HashSet<(string?, string)>();
        foreach (var volume in agent.Total.PersistentVolumes())
        {
            Invariant.Check(seen.Add((volume.Kind.ReservationRole, volume.Kind.Disk!.PersistenceId!)),
                $"volumes of one role on {agent.Id} have ids of their own");
            Invariant.Check(volume.Count == 1, $"{agent.Id} has each shared volume once");
        }
        foreach (var offer in agent.Offers)
        {
            foreach (var volume in offer.Resources.Shared().Unallocate())
            {
                Invariant.Check(agent.Total.Contains(volume with { Count = 1 }), $"the shared volumes of {offer.Id} are there");
            }
        }
    }
}
