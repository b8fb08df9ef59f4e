using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Faults;

/// <summary>Defects put in on purpose: a check that finds none of them checks nothing.</summary>
public enum Mutation
{
    None,

    /// <summary>Effects, acknowledgements among them, leave before what they rest on is durable.</summary>
    AnswerBeforeFlush,

    /// <summary>A crash takes back events that were called durable.</summary>
    LoseWhatWasFlushed,

    /// <summary>Frameworks get every status update a second time, later.</summary>
    ReplayUpdates,

    /// <summary>Tasks cannot be killed.</summary>
    IgnoreSignals,

    /// <summary>Agents report ten times the cpus that they have.</summary>
    OverstateResources,
}

internal static class Mutations
{
    public static void Apply(Mutation mutation, SimCluster cluster)
    {
        foreach (var process in cluster.Processes)
        {
            process.Disk.AnswersBeforeFlush = mutation == Mutation.AnswerBeforeFlush;
            process.Disk.LosesWhatWasFlushed = mutation == Mutation.LoseWhatWasFlushed;
        }
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.IgnoresSignals = mutation == Mutation.IgnoreSignals;
        }
        cluster.MasterPort.ReplaysUpdates = mutation == Mutation.ReplayUpdates;
    }
}
