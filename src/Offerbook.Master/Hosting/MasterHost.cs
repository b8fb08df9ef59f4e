using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;
using Offerbook.Master.Hosting.Flags;
using Offerbook.Master.Http;
using Offerbook.Master.Http.Files;
using Offerbook.Master.Http.Security;
using Offerbook.Storage;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>
/// A master's process: the web server, who may enter, and its place in the election. While it leads, a <see cref="MasterTerm"/> serves;
/// while it does not, it says who does.
/// <code>
/// Kestrel ─▶ MasterRouter ─┬─▶ MasterGate: a term serves ─▶ endpoints ─▶ mailbox ─▶ MasterCore ─▶ journal ─▶ Exchanges ─▶ answers and
/// streams
///                          │                                    └─ reads ─▶ ViewSource ─▶ a view of the core ─▶ rendered on the request's
/// thread
///                          └─▶ none: StandbyAnswers (307 to the leader, 503)
/// ICandidate ─▶ TermKeeper ─▶ MasterTerm begins and ends
/// </code>
/// </summary>
public sealed class MasterHost : IAsyncDisposable
{
    private readonly HttpServer _server;
    private readonly MasterGate _gate;
    private readonly TermKeeper _terms;
    private readonly Whitelist? _whitelist;
    private readonly HeapKeeper _heap = new(TimeProvider.System);
    private readonly CancellationTokenSource _ending = new();
    private Task _warming = Task.CompletedTask;

    private MasterHost(HttpServer server, MasterGate gate, TermKeeper terms, Whitelist? whitelist)
    {
        (_server, _gate, _terms, _whitelist) = (server, gate, terms, whitelist);
    }

    /// <summary>What clients on this machine use.</summary>
    public Uri Address => _server.Address;

    /// <summary>Where it stands in the election.</summary>
    public Standing Standing => _terms.Standing;

    /// <summary>
    /// Faults when the master dies: a bug, a damaged journal, a disk that fails, an election that will not have it. A disposed master
    /// completes.
    /// </summary>
    public Task Completion => _terms.Completion;

    /// <summary>Returns when the only master serves; when there may be others, as soon as it stands in the election.</summary>
    /// <exception cref="FormatException">The security options contradict each other, a file of secrets cannot be used, or the election
    /// cannot be read.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    /// <exception cref="JournalUnavailableException">The data directory is held by another process or cannot be written.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be read.</exception>
    public static async Task<MasterHost> StartAsync(MasterOptions options, CancellationToken cancellation)
    {
        var log = options.Logging?.CreateLogger("Offerbook.Master");
        // Before anything is opened: a fault in the files of secrets must not leave an unguarded master behind.
        var guard = new RealmGuard(options.Security, options.Time, warning => log?.LogWarning("{Warning}", warning));
        if (options is { Settings.Authorizer.IsUnrestricted: false,
            Security: { AuthenticateReadOnly: false } or { AuthenticateReadWrite: false } or { AuthenticateFrameworks: false } })
        {
            log?.LogWarning(
                "--acls without authentication: who calls a realm that is not guarded has no name, "
                + "and only rules about ANY principal speak of it");
        }
        var election = MasterElection.Of(options, log);
        var whitelist = options.Whitelist is { } hosts ? new Whitelist(hosts, log) : null;
        var gate = new MasterGate();
        var server = await HttpServer.StartAsync(new ListenOptions(options.ListenAddress, options.Port, "--master-port")
            {
                MaxConnections = options.Limits.MaxConnections, MaxHeaderBytes = options.Limits.MaxHeaderBytes,
                HeaderTimeout = options.Limits.HeaderTimeout,
            },
            new MasterRouter(gate, guard, log).ServeAsync, options.Logging, cancellation);
        TermKeeper terms;
        try
        {
            terms = await StandAsync(options, election, server.EndPoint, gate, whitelist, log);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
        var host = new MasterHost(server, gate, terms, whitelist);
        if (options.WarmsUp)
        {
            host._warming = Task.Run(() => WarmUp.RunAsync(options.DataDirectory, log, host._ending.Token), CancellationToken.None);
        }
        try
        {
            whitelist?.Start(options.Time);
            terms.Start();
            if (election is null)
            {
                await terms.FirstTerm.WaitAsync(cancellation);
            }
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets another lead, if this master does and there is another.</summary>
    public Task StepDownAsync() => _terms.StepDownAsync();

    /// <summary>
    /// Takes no more calls, finishes those taken, ends the streams, leaves the election. The core is stopped before the streams are:
    /// frameworks and agents have not gone, and must not be taken for gone.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _heap.Dispose();
        _gate.Stop();
        await _ending.CancelAsync();
        await _terms.DisposeAsync();
        if (_gate.Process!.Store is { } store)
        {
            await store.DisposeAsync();
        }
        if (_whitelist is not null)
        {
            await _whitelist.DisposeAsync();
        }
        await _gate.Process!.Leftovers;
        await _server.DisposeAsync();
        await _warming;
        _ending.Dispose();
    }

    /// <summary>
    /// Opens the store once and closes it: what connecting needs is compiled then, and whoever has given a wrong address hears of it
    /// before the term that it would cost. Takes nothing over.
    /// </summary>
    private static async Task TryStoreAsync(MasterParts parts)
    {
        try
        {
            await using var journal = await parts.OpenJournalAsync(CancellationToken.None);
        }
        catch (Exception problem)
        {
            parts.Log?.LogWarning("The store cannot be opened now: {Reason}", problem.Message);
        }
    }

    private static async Task<TermKeeper> StandAsync(MasterOptions options,
        Func<Uri, Func<ReadOnlyMemory<byte>>, Task<ICandidate>>? election,
        IPEndPoint endPoint, MasterGate gate, Whitelist? whitelist, ILogger? log)
    {
        var settings = Advertise(options, endPoint);
        var process = new MasterProcess(settings, options.Limits, options.Time)
        {
            Files = new MasterFiles(options.LogFile), Verbosity = options.Verbosity ?? new LogVerbosity(LogLevel.Information, options.Time),
        };
        gate.Describe(process);
        var address = new Uri($"http://{settings.Ip}:{settings.Port}/");
        ReadOnlyMemory<byte> Describe() =>
            MessageCodec.ToBytes(ClusterState.Describe(settings, Guid.NewGuid().ToString()), MessageFormat.Json);
        var candidate = election is null ? new StandaloneCandidate(address, Describe) : await election(address, Describe);
        gate.Follow(() => candidate.Standing);
        var parts = new MasterParts(options, process, gate, whitelist, log,
            options.Journal
                ?? (opening => JournalStore.OpenAsync(options.EffectiveStore, opening, warning => log?.LogWarning("{Warning}", warning))),
            election is null ? null : self =>
                candidate.Standing is Standing.Leads { IsSuspended: false } leads && leads.Self.Id == self.Id);
        if (election is not null && !parts.IsOnOwnDisk)
        {
            process.Leftovers = TryStoreAsync(parts);
        }
        var terms = new TermKeeper(candidate, self => new MasterTerm(parts, self), TermBackoff.Default, options.Time,
            news => Tell(log, news));
        if (candidate is IStoreNotices others && options.Journal is null
            && JournalStore.Probe(options.EffectiveStore, options.Time) is { } probe)
        {
            process.Store = await StoreWatch.StartAsync(terms, others, probe, options.HandOver, options.Time,
                line => log?.LogWarning("{Line}", line));
        }
        return terms;
    }

    private static void Tell(ILogger? log, TermNews news)
    {
        if (news is TermNews.Failed or TermNews.Unheard)
        {
            log?.LogWarning("{News}", news);
        }
        else
        {
            log?.LogInformation("{News}", news);
        }
    }

    private static MasterSettings Advertise(MasterOptions options, IPEndPoint endPoint)
    {
        var ip = endPoint.Address;
        var hostname = options.Hostname ?? (IsAny(ip) ? Dns.GetHostName() : ip.ToString());
        if (IsAny(ip))
        {
            ip = Dns.GetHostAddresses(hostname, AddressFamily.InterNetwork).FirstOrDefault() ?? IPAddress.Loopback;
        }
        var advertised = options with
        {
            Settings = options.Settings with
            {
                Hostname = hostname, Ip = (options.AdvertisedAddress ?? ip).MapToIPv4().ToString(), Port = options.AdvertisedPort
                    ?? endPoint.Port,
                ProcessStarted = options.Time.GetUtcNow(),
            },
        };
        return advertised.Settings with { EffectiveFlags = MasterFlags.Effective(advertised with { Port = endPoint.Port }) };
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
