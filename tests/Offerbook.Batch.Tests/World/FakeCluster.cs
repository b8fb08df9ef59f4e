using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using MesosTaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Batch.Tests.World;

/// <summary>
/// A master and its agents, as far as a framework can tell: keeps tasks, hands out offers, answers calls by queueing signals.
/// Checks on every launch that no other task of the same run is alive.
/// </summary>
internal sealed class FakeCluster
{
    private readonly SortedDictionary<string, Offer> _offers = new(StringComparer.Ordinal);
    private readonly Queue<SchedulerSignal> _signals = new();
    private long _subscription;
    private int _lastOffer;
    private int _lastFramework;

    /// <summary>Every task ever launched, in order.</summary>
    public List<FakeTask> Tasks { get; } = [];

    public List<Call> Calls { get; } = [];

    public SortedDictionary<string, double> AgentCpus { get; } = new(StringComparer.Ordinal) { ["a1"] = 4, ["a2"] = 4 };

    public string? FrameworkId { get; private set; }

    public bool IsSubscribed { get; private set; }

    public bool IsSuppressed { get; private set; }

    /// <summary>False: SUBSCRIBE fails as if nobody listened.</summary>
    public bool IsUp { get; set; } = true;

    public bool HasSignal => _signals.Count > 0;

    public SchedulerSignal TakeSignal() => _signals.Dequeue();

    public FakeTask Task(string id) => Tasks.Last(t => t.Id == id);

    public void Open(OpenSubscription open)
    {
        _offers.Clear();
        _signals.Clear();
        _subscription = open.Subscription;
        if (!IsUp)
        {
            _signals.Enqueue(new SchedulerSignal.SubscriptionEnded(_subscription, null, "connection refused"));
            return;
        }
        var id = open.Subscribe.FrameworkId?.Value;
        if (id is not null && id != FrameworkId)
        {
            Send(new Event { Type = Event.Types.Type.Error, Error = new Event.Types.Error { Message = "Framework has been removed" } });
            return;
        }
        FrameworkId = id ?? $"f-{++_lastFramework}";
        IsSubscribed = true;
        IsSuppressed = open.Subscribe.Subscribe.SuppressedRoles.Count > 0;
        Send(new Event
        {
            Type = Event.Types.Type.Subscribed,
            Subscribed = new Event.Types.Subscribed { FrameworkId = new FrameworkID { Value = FrameworkId },
                HeartbeatIntervalSeconds = 15 },
        });
    }

    public void Disconnect()
    {
        if (IsSubscribed)
        {
            IsSubscribed = false;
            _offers.Clear();
            _signals.Enqueue(new SchedulerSignal.SubscriptionEnded(_subscription, null, "the connection broke"));
        }
    }

    /// <summary>The framework's process died: nothing on the way to it arrives.</summary>
    public void FrameworkDied()
    {
        IsSubscribed = false;
        _offers.Clear();
        _signals.Clear();
    }

    /// <summary>The failover timeout ran out: its tasks are killed and its id is refused.</summary>
    public void RemoveFramework()
    {
        Disconnect();
        FrameworkId = null;
        foreach (var task in Tasks.Where(t => t.IsAlive))
        {
            task.Assume(TaskState.TaskKilled);
        }
    }

    /// <summary>Offers what is free on every agent that has no offer out.</summary>
    public void MakeOffers()
    {
        if (!IsSubscribed || IsSuppressed)
        {
            return;
        }
        var offers = new Event.Types.Offers();
        foreach (var (agent, cpus) in AgentCpus)
        {
            var free = cpus - Tasks.Where(t => t.IsAlive && t.Info.AgentId.Value == agent)
                .Sum(t => t.Info.Resources.Single(r => r.Name == "cpus").Scalar.Value);
            if (free >= 0.01 && _offers.Values.All(o => o.AgentId.Value != agent))
            {
                var offer = MakeOffer(agent, Math.Round(free, 3), 4_096);
                _offers.Add(offer.Id.Value, offer);
                offers.Offers_.Add(offer);
            }
        }
        if (offers.Offers_.Count > 0)
        {
            Send(new Event { Type = Event.Types.Type.Offers, Offers = offers });
        }
    }

    public Offer MakeOffer(string agent, double cpus, double mem) => new()
    {
        Id = new OfferID { Value = $"o{++_lastOffer}" },
        FrameworkId = new FrameworkID { Value = FrameworkId ?? "f" },
        AgentId = new AgentID { Value = agent },
        Hostname = agent + ".example",
        Resources = { Scalar("cpus", cpus), Scalar("mem", mem), Scalar("disk", 1_000) },
    };

    public static Resource Scalar(string name, double value) => new()
    {
        Name = name,
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = value },
        AllocationInfo = new Resource.Types.AllocationInfo { Role = "batch" },
    };

    /// <summary>Sends what is waiting for acknowledgement, again: at most one update a task, as agents do.</summary>
    public void SendUpdates()
    {
        foreach (var task in Tasks.Where(t => t.Unacknowledged.Count > 0))
        {
            SendUpdate(task.Unacknowledged.Peek());
        }
    }

    public void SendUpdate(MesosTaskStatus status) =>
        Send(new Event { Type = Event.Types.Type.Update, Update = new Event.Types.Update { Status = status.Clone() } });

    public void Handle(CallMaster sent)
    {
        var call = sent.Call;
        if (!IsSubscribed || sent.Subscription != _subscription)
        {
            return;
        }
        Calls.Add(call);
        switch (call.Type)
        {
            case Call.Types.Type.Accept:
                Accept(call.Accept);
                break;
            case Call.Types.Type.Decline:
                foreach (var id in call.Decline.OfferIds)
                {
                    _offers.Remove(id.Value);
                }
                break;
            case Call.Types.Type.Suppress:
                IsSuppressed = true;
                break;
            case Call.Types.Type.Revive:
                IsSuppressed = false;
                break;
            case Call.Types.Type.Acknowledge:
                var acknowledged = Task(call.Acknowledge.TaskId.Value);
                if (acknowledged.Unacknowledged.TryPeek(out var head) && head.Uuid == call.Acknowledge.Uuid)
                {
                    acknowledged.Unacknowledged.Dequeue();
                }
                break;
            case Call.Types.Type.Kill:
                Kill(call.Kill.TaskId, call.Kill.AgentId);
                break;
            case Call.Types.Type.Reconcile:
                foreach (var asked in call.Reconcile.Tasks)
                {
                    Tell(asked.TaskId, asked.AgentId);
                }
                break;
            default:
                Assert.Fail("an unexpected call: " + call.Type);
                break;
        }
    }

    private void Accept(Call.Types.Accept accept)
    {
        var valid = accept.OfferIds.All(id => _offers.Remove(id.Value));
        foreach (var info in accept.Operations.SelectMany(o => o.Launch.TaskInfos))
        {
            if (!valid)
            {
                SendUpdate(new MesosTaskStatus { TaskId = info.TaskId, AgentId = info.AgentId, State = TaskState.TaskDropped });
                continue;
            }
            Assert.That(TaskName.TryParse(info.TaskId.Value, out var name), Is.True);
            foreach (var other in Tasks.Where(t => t.IsAlive))
            {
                TaskName.TryParse(other.Id, out var running);
                Assert.That((running.Serial, running.Run), Is.Not.EqualTo((name.Serial, name.Run)),
                    $"{info.TaskId.Value} while {other.Id} is alive");
            }
            Assert.That(Tasks.Select(t => t.Id), Has.None.EqualTo(info.TaskId.Value), "a task id is used once");
            Tasks.Add(new FakeTask(info));
        }
    }

    private void Kill(TaskID id, AgentID? agent)
    {
        // What is out of reach cannot be killed; the master says so.
        if (Tasks.FirstOrDefault(t => t.Id == id.Value) is { IsAlive: true, State: not TaskState.TaskUnreachable } task)
        {
            task.Enter(TaskState.TaskKilled, "killed by the framework");
            SendUpdate(task.Unacknowledged.Peek());
        }
        else
        {
            Tell(id, agent);
        }
    }

    private void Tell(TaskID id, AgentID? agent)
    {
        var known = Tasks.FirstOrDefault(t => t.Id == id.Value && (t.IsAlive || t.Unacknowledged.Count > 0));
        SendUpdate(known?.Status() ?? new MesosTaskStatus { TaskId = id, AgentId = agent, State = TaskState.TaskGone });
    }

    private void Send(Event @event)
    {
        if (IsSubscribed || @event.Type == Event.Types.Type.Error)
        {
            _signals.Enqueue(new SchedulerSignal.EventReceived(_subscription, @event));
        }
    }
}
