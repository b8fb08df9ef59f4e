using Mesos.V1;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>What came of trying one instance on an offer.</summary>
public abstract record MatchResult
{
    private MatchResult()
    {
    }

    /// <param name="HostPorts">One for each port definition, mapping or endpoint, in order; null where there is no host port.</param>
    /// <param name="Rest">The offer without what the task takes.</param>
    public sealed record Matched(LaunchOrder Order, ValueList<int?> HostPorts, OfferRemainder Rest) : MatchResult
    {
        /// <summary>Of an app.</summary>
        public TaskInfo Task => ((LaunchOrder.Single)Order).Task;
    }

    /// <param name="Refusals">Every reason, in the order of <see cref="RefusalReason"/>; at least one.</param>
    public sealed record Refused(IReadOnlyList<Refusal> Refusals) : MatchResult;
}

/// <summary>Why an offer does not do, in the order in which reasons are shown: the first is the one that counts in summaries.</summary>
public enum RefusalReason
{
    /// <summary>It was made to another role, or nothing of it is reserved to an accepted one.</summary>
    UnfulfilledRole,

    /// <summary>A constraint, or an agent in a region that no constraint asks for.</summary>
    UnfulfilledConstraint,

    /// <summary>The instance's own volume is not in it.</summary>
    NoCorrespondingReservationFound,

    /// <summary>The agent's maintenance has begun.</summary>
    AgentMaintenance,
    InsufficientCpus,
    InsufficientMemory,
    InsufficientDisk,
    InsufficientGpus,
    InsufficientPorts,

    /// <summary>The agent has GPUs, the app wants none.</summary>
    DeclinedScarceResources,
}

/// <param name="Resource">What was short: <c>cpus</c>, <c>ports</c>, a constraint such as <c>hostname UNIQUE</c> …</param>
/// <param name="Requested">How much, which role or which value was asked for.</param>
/// <param name="Offered">What there was instead.</param>
public sealed record Refusal(RefusalReason Reason, string Resource, string Requested, string Offered)
{
    public override string ToString() => $"{Reason}: {Resource}: requested {Requested}, offered {Offered}";
}
