using System.Collections.Immutable;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;
using Offerbook.Storage.Formats;

namespace Offerbook.Apps.Core;

/// <summary>What readers see: an immutable picture of the state, never ahead of the journal, with what is only kept in memory.</summary>
public sealed record AppsView
{
    public static AppsView Empty { get; } = new();

    public AppsState State { get; init; } = AppsState.Empty;

    /// <summary>What may stand in the journal.</summary>
    public LogFormat Format { get; init; } = LogFormat.New(FormatSupport.OfThisBuild);

    /// <summary>When the picture was taken.</summary>
    public Timestamp At { get; init; }

    /// <summary>Health results newer than the instances' own.</summary>
    public ImmutableDictionary<InstanceId, ValueList<CheckHealth>> Health { get; init; } =
        ImmutableDictionary<InstanceId, ValueList<CheckHealth>>.Empty;

    /// <summary>Last answers to readiness checks that are not passed yet.</summary>
    public ImmutableSortedDictionary<InstanceId, ProbeResult> Readiness { get; init; } =
        ImmutableSortedDictionary<InstanceId, ProbeResult>.Empty;

    /// <summary>Of apps that have instances waiting for offers.</summary>
    public ImmutableSortedDictionary<PathId, LaunchStats> Queue { get; init; } = ImmutableSortedDictionary<PathId, LaunchStats>.Empty;

    /// <summary>What was last seen free on each agent, by its id.</summary>
    public ImmutableSortedDictionary<string, KnownOffer> Known { get; init; } = OfferMemory.Nothing;

    /// <summary>Why secrets that something waits for cannot be had, by their sources.</summary>
    public ImmutableSortedDictionary<string, string> MissingSecrets { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The master's region; null when it has none.</summary>
    public string? HomeRegion { get; init; }

    public AppsCounters Counters { get; init; } = new();

    /// <summary>Where the master's pages are, if the framework is subscribed.</summary>
    public string? MasterUrl { get; init; }

    public bool IsSubscribed { get; init; }

    /// <summary>The instance with its newest health results.</summary>
    public ValueList<CheckHealth> HealthOf(Instance instance) => Health.GetValueOrDefault(instance.Id, instance.Health);
}

/// <summary>What has happened since the process started.</summary>
public sealed record AppsCounters
{
    public long OffersReceived { get; init; }
    public long OffersUsed { get; init; }
    public long OffersDeclined { get; init; }
    public long TasksLaunched { get; init; }
    public long StatusUpdates { get; init; }

    /// <summary>By the name of the state.</summary>
    public ImmutableSortedDictionary<string, long> UpdatesByState { get; init; } = ImmutableSortedDictionary<string, long>.Empty;
    public long EventsPublished { get; init; }
    public long DeploymentsStarted { get; init; }

    /// <summary>Changes refused because too many deployments ran.</summary>
    public long DeploymentsDismissed { get; init; }
}
