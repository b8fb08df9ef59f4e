using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Client.Hosting;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// One term as leader: a core recovered from the journal, its connection to the master and its probes. It ends with everything that
/// is not in the journal; the next term of the same framework, here or elsewhere, takes its tasks up again.
/// </summary>
internal sealed class AppsTerm : ITerm
{
    private readonly FrameworkTerm<AppsMessage> _term;
    private readonly HealthProber _prober;
    private readonly EventHub _events;

    /// <param name="address">Where the API is reached.</param>
    /// <param name="openJournal">Opens the store, for this term only.</param>
    public AppsTerm(AppsOptions options, Uri address, Func<CancellationToken, ValueTask<IJournal>> openJournal, CoreGate gate,
        EventHub events, CoreMeter meter,
        Incumbency incumbency)
    {
        _events = events;
        _prober = new HealthProber((message, stop) => _term!.PostAsync(message, stop), TimeProvider.System);
        var master = new SchedulerConnectionOptions(options.Masters) { DetectMaster = options.DetectMaster,
            Http = StreamingClientOptions.Default with { Credential = options.Credential } };
        var core = new AppsCore(options.EffectiveSettings(address), new SeededRandom((ulong)Random.Shared.NextInt64()));
        var secrets = options.SecretsDirectory is { } directory
            ? new SecretFiles(directory, (message, stop) => _term!.PostAsync(message, stop)) : null;
        // Readers see the newest view: not before it is this term's own.
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _term = new FrameworkTerm<AppsMessage>(
            new FrameworkTermOptions<AppsMessage>(openJournal, master, signal => new AppsMessage.MasterSignalled(signal),
                gate) { Observer = meter, Incumbency = incumbency, IsOnOwnDisk = options.OpenStore is null
                    && options.EffectiveStore is StoreAddress.OfFile },
            core, connection => new AppsShell(connection, gate, events, _prober, meter, seen, secrets), seen.Task);
    }

    public Task Completion => _term.Completion;

    public Task BeginAsync(CancellationToken over) => _term.BeginAsync(over);

    public async Task EndAsync(TermEnd how)
    {
        var ends = _term.EndAsync(how);
        _events.CutAll();
        await ends;
        await _prober.DisposeAsync();
        // Those that came between the two.
        _events.CutAll();
    }
}
