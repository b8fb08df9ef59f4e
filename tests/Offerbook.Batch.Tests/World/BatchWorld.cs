using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Resources;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Tests.World;

/// <summary>A batch core with its journal, clock and timers in the test's hands, talking to a <see cref="FakeCluster"/>.</summary>
internal sealed class BatchWorld
{
    private readonly BatchSettings _settings;
    private readonly Effects _effects = new();
    private readonly Queue<(int After, IEffect Effect)> _waiting = new();
    private TimerQueue<BatchMessage> _timers = new();
    private TimeSpan _elapsed;
    private long _connections;

    public BatchWorld(BatchSettings? settings = null)
    {
        _settings = settings ?? BatchSettings.Default;
        Core = null!;
        Restart();
    }

    public FakeCluster Cluster { get; } = new();

    public BatchCore Core { get; private set; }

    /// <summary>Everything persisted since the beginning, durable or not.</summary>
    public List<JournalRecord> Journal { get; } = [];

    /// <summary>Events that are durable; effects emitted after later ones wait.</summary>
    public int Durable { get; private set; }

    /// <summary>False: events become durable only by <see cref="Flush"/>.</summary>
    public bool FlushesAtOnce { get; set; } = true;

    public Snapshot? Snapshot { get; private set; }

    public List<Reply> Replies { get; } = [];

    public Now Now => new(_elapsed, DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000) + _elapsed);

    /// <summary>The process dies: what was not durable is lost, what waited does not leave, and it starts again.</summary>
    public void Restart()
    {
        Journal.RemoveRange(Durable, Journal.Count - Durable);
        _waiting.Clear();
        _timers = new TimerQueue<BatchMessage>();
        Cluster.FrameworkDied();
        Core = new BatchCore(_settings, new SeededRandom(1));
        var snapshot = Snapshot is { } s && s.Sequence <= Durable ? s : null;
        var after = Journal.Skip((int)(snapshot?.Sequence ?? 0)).ToList();
        Core.Recover(new Recovery(snapshot, after, Journal.Count), Now, _effects);
        Interpret();
    }

    public void Post(BatchMessage message)
    {
        Core.Handle(message, Now, _effects);
        Interpret();
    }

    public Reply Call(ApiCall call)
    {
        Post(new BatchMessage.ApiCalled(new ConnectionId(++_connections), call));
        return Replies.LastOrDefault(r => r.Connection.Value == _connections) ?? throw new AssertionException("no reply came");
    }

    public long CallLater(ApiCall call)
    {
        Post(new BatchMessage.ApiCalled(new ConnectionId(++_connections), call));
        return _connections;
    }

    public JObject Submit(string id, int count = 1, int retries = 0, double cpus = 1, double mem = 64)
    {
        var spec = new JobSpec(id, "true", [], new Demand(Scalar.FromUnits(cpus), Scalar.FromUnits(mem), Scalar.Zero), count, retries, []);
        var reply = Call(new ApiCall.AddJob(spec));
        Assert.That(reply.Status, Is.EqualTo(201), reply.Body.ToString());
        return (JObject)reply.Body;
    }

    public JObject Job(string id) => (JObject)Call(new ApiCall.GetJob(id, Page.Default, null)).Body;

    public string State(string id) => (string)Job(id)["state"]!;

    /// <summary>Delivers signals until none is left. Offers are made only when asked for.</summary>
    public void Deliver()
    {
        while (Cluster.HasSignal)
        {
            Post(new BatchMessage.MasterSignalled(Cluster.TakeSignal()));
        }
    }

    public void Offer()
    {
        Deliver();
        Cluster.MakeOffers();
        Deliver();
    }

    /// <summary>A task's executor reports; the update is delivered, and acknowledged by the core.</summary>
    public void Report(string task, TaskState state, string? message = null)
    {
        Cluster.Task(task).Enter(state, message);
        Cluster.SendUpdates();
        Deliver();
    }

    public void Advance(TimeSpan by)
    {
        var until = _elapsed + by;
        while (_timers.NextDue is { } due && due <= until)
        {
            _elapsed = due > _elapsed ? due : _elapsed;
            FireDue();
            Deliver();
        }
        _elapsed = until;
    }

    /// <summary>Runs the next timer, moving time to it.</summary>
    public void FireNext()
    {
        if (_timers.NextDue is { } due)
        {
            _elapsed = due > _elapsed ? due : _elapsed;
            FireDue();
        }
    }

    public void Flush(int events = int.MaxValue)
    {
        Durable = Math.Min(Journal.Count, events == int.MaxValue ? int.MaxValue : Durable + events);
        Release();
    }

    /// <summary>Events become durable, but what waited for them has not left yet.</summary>
    public void MakeDurable(int events) => Durable = Math.Min(Journal.Count, Durable + events);

    /// <summary>The state that the journal alone gives.</summary>
    public BatchState Folded()
    {
        var state = new BatchState();
        foreach (var record in Journal)
        {
            state.Apply(BatchJournal.Read(record));
        }
        return state;
    }

    private void FireDue()
    {
        if (_timers.TryTakeDue(_elapsed, out var message))
        {
            Post(message);
        }
    }

    private void Interpret()
    {
        for (var i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case Persist persist:
                    Journal.Add(persist.Event);
                    break;
                case SaveSnapshot snapshot:
                    Snapshot = new Snapshot(Journal.Count, snapshot.State);
                    break;
                case StartTimer timer:
                    _timers.Start(timer.Key, _elapsed + timer.After, (BatchMessage)timer.Message);
                    break;
                case CancelTimer timer:
                    _timers.Cancel(timer.Key);
                    break;
                case var effect:
                    _waiting.Enqueue((Journal.Count, effect));
                    break;
            }
        }
        _effects.Clear();
        if (FlushesAtOnce)
        {
            Flush();
        }
        else
        {
            Release();
        }
    }

    private void Release()
    {
        while (_waiting.TryPeek(out var head) && head.After <= Durable)
        {
            switch (_waiting.Dequeue().Effect)
            {
                case OpenSubscription open:
                    Cluster.Open(open);
                    break;
                case CloseSubscription:
                    Cluster.FrameworkDied();
                    break;
                case CallMaster call:
                    Cluster.Handle(call);
                    break;
                case Reply reply:
                    Replies.Add(reply);
                    break;
                case Note:
                    break;
                case var other:
                    Assert.Fail("an effect that nobody performs: " + other);
                    break;
            }
        }
    }
}
