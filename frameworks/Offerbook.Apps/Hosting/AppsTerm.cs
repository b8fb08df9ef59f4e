using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Client.Hosting;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// One term as leader: a core recovered from the journal, its connection to the master and its probes. It ends with everything that
/// is not in the journal; the next term of the same framework takes its tasks up again.
/// </summary>
internal sealed class AppsTerm : IAsyncDisposable
{
    private readonly CoreRunner<AppsMessage> _runner;
    private readonly SchedulerConnection _connection;
    private readonly HealthProber _prober;
    private readonly CoreGate _gate;

    public AppsTerm(AppsOptions options, Uri address, CoreGate gate, EventHub events, IJournal journal, CoreMeter meter)
    {
        _gate = gate;
        CoreRunner<AppsMessage> runner = null!;
        _connection = new SchedulerConnection(new SchedulerConnectionOptions(options.Masters)
            {
                Http = StreamingClientOptions.Default with { Credential = options.Credential },
            },
            (signal, stop) => runner.PostAsync(new AppsMessage.MasterSignalled(signal), stop));
        _prober = new HealthProber((message, stop) => runner.PostAsync(message, stop), TimeProvider.System);
        var core = new AppsCore(options.EffectiveSettings(address), new SeededRandom((ulong)Random.Shared.NextInt64()));
        var shell = new AppsShell(_connection, gate, events, _prober, meter);
        _runner = runner = new CoreRunner<AppsMessage>(core, shell, journal, TimeProvider.System, observer: meter);
    }

    /// <summary>Takes requests from then on.</summary>
    /// <param name="failed">Told when a part of it dies.</param>
    public async Task StartAsync(Action<Exception> failed, CancellationToken cancellation)
    {
        await _runner.StartAsync(cancellation);
        _gate.Open(_runner.TryPost);
        Watch(_runner.Completion, failed);
        Watch(_connection.Completion, failed);
    }

    /// <summary>Takes no more requests, finishes what it has begun, and leaves the tasks alone.</summary>
    public async ValueTask DisposeAsync()
    {
        _gate.Close();
        // The core before what it talks through, so that what it has decided still leaves.
        await _runner.DisposeAsync();
        await _connection.DisposeAsync();
        await _prober.DisposeAsync();
    }

    private static void Watch(Task part, Action<Exception> failed) => part.ContinueWith(
        ended => failed(ended.Exception!.InnerException!),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
