using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination.HandOver;
using Offerbook.Storage;

namespace Offerbook.Coordination.Hosting;

/// <summary>What a process knows of its way to the store.</summary>
/// <param name="Commit">What a commit takes, over the last 30 s; null while too little has been measured.</param>
/// <param name="HandOvers">How often this process has handed its leadership over because of its store, since it started.</param>
public sealed record StoreReading(TimeSpan? Commit, bool IsSlow, long HandOvers)
{
    internal static readonly StoreReading Nothing = new(null, false, 0);
}

/// <summary>
/// Runs a <see cref="HandOverCore"/> for one candidate: measures its store, leading or not, and steps down for a candidate whose way there
/// is better.
/// </summary>
public sealed class StoreWatch : IEffectHandler, IAsyncDisposable
{
    /// <summary>A measurement that hangs is left behind: whoever ends does not wait for a store.</summary>
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    private readonly TermKeeper _terms;
    private readonly IStoreNotices _others;
    private readonly IStoreProbe _probe;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly CoreRunner<HandOverMessage> _runner;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private Task _following = Task.CompletedTask;
    private int _count;
    private TimeSpan _together;
    private volatile StoreReading _reading = StoreReading.Nothing;

    private StoreWatch(TermKeeper terms, IStoreNotices others, IStoreProbe probe, HandOverSettings settings, TimeProvider time,
        Action<string> log)
    {
        (_terms, _others, _probe, _time, _log) = (terms, others, probe, time, log);
        _runner = new CoreRunner<HandOverMessage>(new HandOverCore(settings), this, journal: null, time);
    }

    public StoreReading Reading => _reading;

    /// <param name="probe">Belongs to the watch from now on.</param>
    /// <param name="log">Hears what an operator should know, a line at a time; must not block.</param>
    public static async Task<StoreWatch> StartAsync(TermKeeper terms, IStoreNotices others, IStoreProbe probe, HandOverSettings settings,
        TimeProvider time, Action<string> log)
    {
        var watch = new StoreWatch(terms, others, probe, settings, time, log);
        await watch._runner.StartAsync(CancellationToken.None);
        watch._runner.TryPost(new HandOverMessage.Begin());
        watch._following = watch.FollowAsync();
        return watch;
    }

    /// <summary>The journal has made something durable. From any thread; costs an addition.</summary>
    public void Committed(TimeSpan took)
    {
        lock (_lock)
        {
            _count++;
            _together += took;
        }
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case MeasureStore:
                Hand();
                _ = MeasureAsync();
                break;
            case StoreMeasured measured:
                _reading = _reading with { Commit = measured.Commit };
                break;
            case StoreJudged judged:
                _reading = _reading with { IsSlow = judged.IsSlow };
                _log(judged.Why);
                break;
            case TellOthers told:
                _others.Publish(told.Commit);
                break;
            case LookAtLine:
                _ = LookAsync();
                break;
            case GiveWay way:
                _reading = _reading with { HandOvers = _reading.HandOvers + (way.IsHandOver ? 1 : 0) };
                _log(way.Why);
                _ = _terms.StepDownAsync();
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _following;
        await _runner.DisposeAsync();
        await _probe.DisposeAsync().AsTask().EndsWithinAsync(ProbePatience, _time);
    }

    /// <summary>
    /// Hands the core what the journal has committed since it last measured. When there was little, the measurement is beside it.
    /// </summary>
    private void Hand()
    {
        HandOverMessage.Committed committed;
        lock (_lock)
        {
            committed = new HandOverMessage.Committed(_count, _together);
            (_count, _together) = (0, TimeSpan.Zero);
        }
        if (committed.Count > 0)
        {
            _runner.TryPost(committed);
        }
    }

    private async Task MeasureAsync()
    {
        TimeSpan? took = null;
        try
        {
            took = await _probe.MeasureAsync();
        }
        catch (ObjectDisposedException)
        {
            // It is being disposed; nobody listens.
        }
        _runner.TryPost(new HandOverMessage.Measured(took));
    }

    private async Task LookAsync()
    {
        IReadOnlyList<Contender>? line = null;
        try
        {
            line = await _others.LineAsync(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            // It is being disposed; nobody listens.
        }
        _runner.TryPost(new HandOverMessage.LineHeard(line));
    }

    private async Task FollowAsync()
    {
        try
        {
            while (!_closing.IsCancellationRequested)
            {
                var (standing, serves) = (_terms.Standing, _terms.Serves);
                _runner.TryPost(new HandOverMessage.Led(standing is Standing.Leads));
                await _terms.ChangedAsync(standing, serves, _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It is being disposed.
        }
    }
}
