using System.Net;
using Microsoft.Extensions.Logging;
using Offerbook.Coordination;
using Offerbook.Coordination.HandOver;
using Offerbook.Coordination.Hosting;
using Offerbook.Master.Hosting.History;
using Offerbook.Storage;

namespace Offerbook.Master.Hosting;

/// <summary>How a master is started. Only the data directory has no default.</summary>
public sealed record MasterOptions
{
    /// <summary>
    /// Holds the journal, unless that has a store of its own, and the offer book; created when missing. One master at a time.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the journal is; null: the file <c>journal.db</c> of the data directory.</summary>
    public StoreAddress? Store { get; init; }

    internal StoreAddress EffectiveStore => Store ?? new StoreAddress.OfFile(Path.Combine(DataDirectory, "journal.db"));

    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; } = 5050;

    /// <summary>What clients are told to connect to; null: the listen address, or this machine's name when that is "any".</summary>
    public string? Hostname { get; init; }

    /// <summary>The address that clients are told to connect to; null: the one that is listened on.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>The port that clients are told to connect to; null: the one that is listened on.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>Intervals and bounds. Its hostname, ip and port are set from the address that is listened on.</summary>
    public MasterSettings Settings { get; init; } = MasterSettings.Default;

    /// <summary>Who must show who they are; by default nobody.</summary>
    public SecurityOptions Security { get; init; } = SecurityOptions.None;

    /// <summary>The past offers, in <c>offers.db</c> beside the journal.</summary>
    public OfferBookOptions OfferBook { get; init; } = new();

    /// <summary>What is taken from outside at most.</summary>
    public MasterLimits Limits { get; init; } = MasterLimits.Default;

    /// <summary>The file that <c>/master/log</c> shows; null: none. Who sets up the logging writes it.</summary>
    public string? LogFile { get; init; }

    /// <summary>Where whoever sets up the logging writes <see cref="LogFile"/>; null: it is somebody else's.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>What is logged at verbosity 0.</summary>
    public LogLevel LogMinimum { get; init; } = LogLevel.Information;

    /// <summary>Nothing is logged to the console.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>A file of the hosts whose resources may be offered, one a line; null: all.</summary>
    public string? Whitelist { get; init; }

    /// <summary>Weights of roles for a registry that has none yet.</summary>
    public IReadOnlyList<(string Role, double Weight)> InitialWeights { get; init; } = [];

    /// <summary>How much is logged; the operator's calls change it. Null: nobody's filter asks it.</summary>
    public LogVerbosity? Verbosity { get; init; }

    /// <summary>Where warnings go; null: nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }

    /// <summary>
    /// Makes this master a candidate among others, from the address under which clients reach it and a function that says, for each
    /// candidacy anew, what its node holds (MasterInfo in JSON). Null: what <see cref="ZooKeeper"/> says.
    /// </summary>
    public Func<Uri, Func<ReadOnlyMemory<byte>>, Task<ICandidate>>? Election { get; init; }

    /// <summary>
    /// The election in ZooKeeper, <c>zk://user:password@h1:2181,h2:2181/path</c>; null: it is the only master. Holds a password: not to be
    /// shown.
    /// </summary>
    public string? ZooKeeper { get; init; }

    public TimeSpan ZooKeeperSessionTimeout { get; init; } = ElectionSettings.DefaultSessionTimeout;

    /// <summary>When a leader with a slow store hands over, if its store is one that other candidates reach.</summary>
    public HandOverSettings HandOver { get; init; } = new();

    /// <summary>
    /// Masters that must agree, as the original counts them. Here it only says that one master stands alone in an election: 1.
    /// </summary>
    public int? Quorum { get; init; }

    /// <summary>
    /// Opens the journal at the beginning of each term, in place of <see cref="Store"/>. Masters of one election share one journal.
    /// </summary>
    public Func<CancellationToken, Task<IJournal>>? Journal { get; init; }

    /// <summary>
    /// Whether code for a storm of agents is compiled before they come; see <see cref="Hosting.WarmUp"/>. Of use to a process that is a
    /// master and nothing else.
    /// </summary>
    public bool WarmsUp { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
