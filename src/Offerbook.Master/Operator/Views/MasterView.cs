using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Master.Operator.Views.Blocks;

namespace Offerbook.Master.Operator.Views;

/// <summary>
/// The state of the master at one moment, immutable: what every read endpoint is rendered from, on any thread. What it is made of
/// is shared with the core and with other views.
/// </summary>
public sealed record MasterView
{
    private ClusterSums? _sums;

    /// <summary>
    /// Grows with every change of what the view shows; counters, the allocator's books and <see cref="Taken"/> excepted. Two views
    /// of one master with the same version show the same.
    /// </summary>
    public required long Version { get; init; }

    public required MasterSettings Settings { get; init; }

    public required MasterInfo Master { get; init; }

    public required Now Taken { get; init; }

    /// <summary>When this master began to serve; it leads from then on.</summary>
    public required Now Started { get; init; }

    /// <summary>When the process began, in seconds since the epoch; it leads since <see cref="Started"/>.</summary>
    public double ProcessStartedSeconds =>
        Settings.ProcessStarted is { } started ? new Now(default, started).UnixSeconds : Started.UnixSeconds;

    /// <summary>Registered ones, in the order of their registration.</summary>
    public required BlockList<AgentView> Agents { get; init; }

    /// <summary>Known from the journal and awaited.</summary>
    public required BlockList<AgentInfo> RecoveredAgents { get; init; }

    public required int UnreachableAgents { get; init; }

    public required BlockList<FrameworkView> Frameworks { get; init; }

    /// <summary>Oldest first.</summary>
    public required ImmutableArray<FrameworkView> CompletedFrameworks { get; init; }

    public required int OffersOut { get; init; }

    /// <summary>Operators who follow the stream of events.</summary>
    public required int OperatorSubscribers { get; init; }

    public required long AllocationRuns { get; init; }

    public required AllocatorView Allocator { get; init; }

    /// <summary>Without the prefix <c>master/</c>, sorted by name.</summary>
    public required ImmutableArray<KeyValuePair<string, long>> Counters { get; init; }

    /// <summary>Operations by type and by how they are or ended, under the names that metrics have.</summary>
    public required ImmutableSortedDictionary<(string Type, string State), long> OperationCounts { get; init; }

    public required OperatorView Operator { get; init; }

    /// <summary>Whether the reader of this view may see a role; null: any.</summary>
    internal Func<string, bool>? ShowsRole { get; private init; }

    /// <summary>What has to be summed up over agents and tasks; done once, by the first reader that needs it.</summary>
    internal ClusterSums Sums => _sums ?? Interlocked.CompareExchange(ref _sums, new ClusterSums(this), null) ?? _sums;

    /// <summary>The same moment with less in it.</summary>
    internal MasterView Showing(
        BlockList<AgentView> agents, BlockList<AgentInfo> recovered, BlockList<FrameworkView> frameworks,
        ImmutableArray<FrameworkView> completed,
        OperatorView @operator, Func<string, bool> showsRole) => this with
        {
            _sums = null, Agents = agents, RecoveredAgents = recovered, Frameworks = frameworks, CompletedFrameworks = completed,
            Operator = @operator, ShowsRole = showsRole,
        };
}
