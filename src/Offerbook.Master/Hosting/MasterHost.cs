using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Master.Hosting.Flags;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Master.Http;
using Offerbook.Master.Http.Files;
using Offerbook.Master.Http.Limits;
using Offerbook.Master.Http.Security;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>
/// A running master: the core behind its mailbox, its journal, and the web server. Requests that come before the journal is read
/// are told to wait (503).
/// <code>
/// Kestrel ─▶ MasterRouter ─▶ endpoints ─▶ mailbox ─▶ MasterCore ─▶ journal ─▶ Exchanges ─▶ answers and streams
///                                └─ reads ─▶ ViewSource ─▶ a view of the core ─▶ rendered on the request's thread
/// </code>
/// </summary>
public sealed class MasterHost : IAsyncDisposable
{
    private readonly IJournal _journal;
    private readonly HttpServer _server;
    private readonly MasterGate _gate;
    private readonly Whitelist? _whitelist;
    private readonly HeapKeeper _heap = new(TimeProvider.System);

    private MasterHost(IJournal journal, HttpServer server, MasterGate gate, Whitelist? whitelist)
    {
        _whitelist = whitelist;
        _journal = journal;
        _server = server;
        _gate = gate;
    }

    /// <summary>What clients on this machine use.</summary>
    public Uri Address => _server.Address;

    /// <summary>Faults when the master dies: a bug, a disk that fails. A disposed master completes.</summary>
    public Task Completion => _gate.Running!.Runner.Completion;

    /// <exception cref="FormatException">The security options contradict each other, or a file of secrets cannot be used.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    /// <exception cref="JournalUnavailableException">The data directory is held by another process or cannot be written.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be read.</exception>
    public static async Task<MasterHost> StartAsync(MasterOptions options, CancellationToken cancellation)
    {
        if (options.WarmsUp)
        {
            WarmUp.Start();
        }
        var log = options.Logging?.CreateLogger("Offerbook.Master");
        // Before anything is opened: a fault in the files of secrets must not leave an unguarded master behind.
        var guard = new RealmGuard(options.Security, options.Time, warning => log?.LogWarning("{Warning}", warning));
        if (options is { Settings.Authorizer.IsUnrestricted: false, Security: { AuthenticateReadOnly: false } or { AuthenticateReadWrite: false } or { AuthenticateFrameworks: false } })
        {
            log?.LogWarning("--acls without authentication: who calls a realm that is not guarded has no name, and only rules about ANY principal speak of it");
        }
        var whitelist = options.Whitelist is { } hosts ? new Whitelist(hosts, log) : null;
        var journal = await JournalStore.OpenAsync(options.EffectiveStore, cancellation,
            warning => log?.LogWarning("{Warning}", warning));
        var book = OfferHistory.Open(options.DataDirectory, options.OfferBook, options.Time, warning => log?.LogWarning("{Warning}", warning));
        HttpServer? server = null;
        try
        {
            var gate = new MasterGate();
            server = await HttpServer.StartAsync(new ListenOptions(options.ListenAddress, options.Port, "--master-port")
                {
                    MaxConnections = options.Limits.MaxConnections, MaxHeaderBytes = options.Limits.MaxHeaderBytes, HeaderTimeout = options.Limits.HeaderTimeout,
                },
                new MasterRouter(gate, guard, log).ServeAsync, options.Logging, cancellation);
            var core = new MasterCore(Advertise(options, server.EndPoint), new SeededRandom(DrawSeed()));
            var exchanges = new Exchanges(warning => log?.LogWarning("{Warning}", warning));
            book.Listen(exchanges);
            var loop = new EventLoopObserver(core.Settings, options.Time, log);
            var runner = new CoreRunner<MasterMessage>(core, exchanges, journal, options.Time, observer: loop);
            var began = options.Time.GetTimestamp();
            await runner.StartAsync(cancellation);
            var running = new RunningMaster(core.Settings, runner, exchanges, book)
            {
                EventLoop = loop, Journal = new JournalGauge(journal, options.Time.GetElapsedTime(began)), Time = options.Time,
                Files = new MasterFiles(options.LogFile), Verbosity = options.Verbosity ?? new LogVerbosity(LogLevel.Information, options.Time),
                Limits = options.Limits, Calls = new CallLimiter(options.Limits.Rates, options.Time),
                Schedulers = new StreamPlaces("schedulers", options.Limits.MaxSchedulerStreams),
                AgentStreams = new StreamPlaces("agents", options.Limits.MaxAgentStreams),
            };
            if (whitelist is not null)
            {
                await whitelist.StartAsync(message => running.PostAsync(message), options.Time);
            }
            await SetWeightsAsync(running, options.InitialWeights);
            gate.Open(running);
            log?.LogInformation("Master {Id} serves on {Address}", core.MasterId, server.Address);
            return new MasterHost(journal, server, gate, whitelist);
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
            await book.DisposeAsync();
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops taking calls, finishes those taken, ends the streams. The core is stopped before the streams are: frameworks and agents
    /// have not gone, and must not be taken for gone.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _heap.Dispose();
        if (_whitelist is not null)
        {
            await _whitelist.DisposeAsync();
        }
        await _gate.Running!.StopAsync();
        await _server.DisposeAsync();
        await _gate.Running!.Book.DisposeAsync();
        await _journal.DisposeAsync();
    }

    /// <summary>As if an operator had set them, unless one has set any before.</summary>
    private static async Task SetWeightsAsync(RunningMaster master, IReadOnlyList<(string Role, double Weight)> weights)
    {
        if (weights.Count == 0 || await master.Views.GetAsync() is not { Operator.Weights.IsEmpty: true })
        {
            return;
        }
        var call = new OperatorCall { Type = OperatorCall.Types.Type.UpdateWeights, UpdateWeights = new() };
        call.UpdateWeights.WeightInfos.Add(weights.Select(pair => new Mesos.V1.WeightInfo { Role = pair.Role, Weight = pair.Weight }));
        await master.PostAsync(new MasterMessage.OperatorCallReceived(master.Exchanges.NextConnection(), call) { IsOfMaster = true });
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
                Hostname = hostname, Ip = (options.AdvertisedAddress ?? ip).MapToIPv4().ToString(), Port = options.AdvertisedPort ?? endPoint.Port,
            },
        };
        return advertised.Settings with { EffectiveFlags = MasterFlags.Effective(advertised with { Port = endPoint.Port }) };
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static ulong DrawSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
