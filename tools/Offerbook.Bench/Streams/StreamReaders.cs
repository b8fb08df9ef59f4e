using System.Net;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Load;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;

namespace Offerbook.Bench.Streams;

/// <summary>
/// Everybody who follows the master, and the agent whose reports they hear: operators on one thread, schedulers and the agent on
/// another, so that what one group has to read does not count as the other's delay.
/// </summary>
internal sealed class StreamReaders : IDisposable
{
    /// <summary>One operator in so many looks at what it reads: else this process would measure itself.</summary>
    private const int LooksOneIn = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IPEndPoint _master;
    private readonly int _healthySchedulers;
    private readonly int _stalledSchedulers;
    private readonly Reactor _reactor = new();
    private readonly Reactor _operatorsReactor = new();
    private readonly UpdateSource _source;
    private readonly TaskCompletionSource _failure = new();
    private readonly List<SchedulerLink> _stuckSchedulers = [];
    private List<OperatorReader> _operators = [];
    private List<OperatorReader> _stuckOperators = [];
    private Countdown _ready = new(1);
    private int _healthySchedulersCut;
    private int _stalledSchedulersCut;

    public StreamReaders(IPEndPoint master, int schedulers, int stalled)
    {
        (_master, _healthySchedulers, _stalledSchedulers) = (master, schedulers, stalled);
        _source = new UpdateSource(_reactor, master, schedulers + stalled, () => _ready.Signal(), Fail);
        _reactor.Start("schedulers");
        _operatorsReactor.Start("operators");
    }

    public StreamPhase Phase { get; set; } = new();

    /// <summary>Read by operators.</summary>
    public long Records => _operators.Sum(reader => reader.Records);

    /// <summary>Read by the operator who is furthest behind.</summary>
    public long FewestRecords => _operators.Min(reader => reader.Ended is null ? reader.Records : long.MaxValue);

    /// <summary>Updates that the master has not taken yet.</summary>
    public int Waiting => _source.Waiting;

    public int HealthyCut => _operators.Count(reader => reader.Ended is not null) + _healthySchedulersCut;

    public int StalledOperatorsCut => _stuckOperators.Count(reader => reader.Ended is not null);

    public int StalledSchedulersCut => _stalledSchedulersCut;

    /// <summary>Brings the agent and the schedulers who read.</summary>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        _reactor.Post(_source.Connect);
        await _ready.WaitAsync(_failure.Task, Patience, cancellation);
        await SubscribeAsync(0, _healthySchedulers, stalls: false, cancellation);
    }

    /// <summary>Brings operators who read.</summary>
    public Task FollowAsync(int count, CancellationToken cancellation) => BringAsync(_operators = [.. Enumerable.Range(0, count).Select(i =>
        new OperatorReader(_operatorsReactor, _master, i % LooksOneIn == 0 ? sent => Phase.Operator(sent) : null, stalls: false,
            () => _ready.Signal()))], cancellation);

    /// <summary>Brings operators and schedulers who do not.</summary>
    public async Task StallAsync(int operators, CancellationToken cancellation)
    {
        await BringAsync(_stuckOperators = [.. Enumerable.Range(0, operators).Select(_ =>
            new OperatorReader(_operatorsReactor, _master, null, stalls: true, () => _ready.Signal()))], cancellation);
        await SubscribeAsync(_healthySchedulers, _stalledSchedulers, stalls: true, cancellation);
    }

    /// <summary>All but so many operators leave.</summary>
    public void Keep(int count)
    {
        var leaving = _operators.Skip(count).ToList();
        _operatorsReactor.Post(() => leaving.ForEach(reader => reader.Close()));
        _operators = [.. _operators.Take(count)];
    }

    /// <summary>Sends the next healthy scheduler an update.</summary>
    public void Update() => _reactor.Post(() => _source.Update(_healthySchedulers));

    /// <summary>Sends a scheduler an update; ends when that is on its way, not when the master has taken it.</summary>
    public Task UpdateAsync(int scheduler, string padding)
    {
        var prepared = _source.Prepare(scheduler, padding);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reactor.Post(() =>
        {
            _source.Send(scheduler, prepared);
            sent.SetResult();
        });
        return sent.Task;
    }

    /// <summary>Those who stalled read on, so that they see the end of their streams.</summary>
    public async Task ResumeOperatorsAsync(CancellationToken cancellation)
    {
        _operatorsReactor.Post(() => _stuckOperators.ForEach(reader => reader.Resume()));
        await Task.Delay(3_000, cancellation);
    }

    public async Task ResumeSchedulersAsync(CancellationToken cancellation)
    {
        _reactor.Post(() => _stuckSchedulers.ForEach(link => link.Resume()));
        await Task.Delay(3_000, cancellation);
    }

    /// <exception cref="TimeoutException">It has not come about in two minutes.</exception>
    public async Task WhenAsync(Func<bool> condition, CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; !condition(); waited += TimeSpan.FromMilliseconds(2))
        {
            if (_failure.Task.IsFaulted)
            {
                await _failure.Task;
            }
            if (waited > Patience)
            {
                throw new TimeoutException("The readers have not followed in two minutes.");
            }
            await Task.Delay(2, cancellation);
        }
    }

    public void Dispose()
    {
        _reactor.Stop();
        _operatorsReactor.Stop();
    }

    private Task BringAsync(List<OperatorReader> readers, CancellationToken cancellation)
    {
        _ready = new Countdown(readers.Count);
        readers.ForEach(reader => _operatorsReactor.Post(reader.Connect));
        return _ready.WaitAsync(_failure.Task, Patience, cancellation);
    }

    private Task SubscribeAsync(int first, int count, bool stalls, CancellationToken cancellation)
    {
        _ready = new Countdown(count);
        for (var i = first; i < first + count; i++)
        {
            var link = new SchedulerLink(_reactor, _master, MessageFormat.Protobuf, UpdateSource.Framework(i), 1, Hear,
                static _ => { }, (_, status, text) => Fail($"{status} {text}"))
            {
                Stalls = stalls, Ended = _ => Interlocked.Increment(ref stalls ? ref _stalledSchedulersCut : ref _healthySchedulersCut),
            };
            if (stalls)
            {
                _stuckSchedulers.Add(link);
            }
            _reactor.Post(link.Subscribe);
        }
        return _ready.WaitAsync(_failure.Task, Patience, cancellation);
    }

    private void Hear(Event happened)
    {
        if (happened.Type == Event.Types.Type.Subscribed)
        {
            _ready.Signal();
        }
        else if (happened.Update is { } update && long.TryParse(update.Status.Message.AsSpan().TrimEnd('x'), out var sent))
        {
            Phase.Scheduler(sent);
        }
    }

    private void Fail(string reason) => _failure.TrySetException(new InvalidOperationException(reason));
}
