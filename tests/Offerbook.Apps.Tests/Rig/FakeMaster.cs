using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Client.Scheduling;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Tests.Rig;

/// <summary>
/// A scripted cluster behind the scheduler API. By default it offers all that is free, runs what is launched and kills what is to be
/// killed, each as soon as it is asked; a test takes any of that into its own hands.
/// </summary>
public sealed class FakeMaster(Action<SchedulerSignal> post)
{
    private readonly SortedDictionary<string, FakeAgent> _agents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FakeTask> _tasks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _offers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _declined = [];
    private readonly HashSet<string> _gone = [];
    private readonly HashSet<string> _forgotten = [];
    private long _subscription;
    private int _nextOffer;
    private readonly SortedSet<string> _suppressed = new(StringComparer.Ordinal);

    /// <summary>Tasks by id, ended ones included.</summary>
    public IReadOnlyDictionary<string, FakeTask> Tasks => _tasks;

    public IEnumerable<FakeTask> Live => _tasks.Values.Where(task => !task.HasEnded);

    public List<Call> Calls { get; } = [];

    /// <summary>Task groups so far.</summary>
    public List<Offer.Types.Operation.Types.LaunchGroup> Pods { get; } = [];

    /// <summary>What a launched task does at once; null leaves it in TASK_STAGING without a word.</summary>
    public Func<FakeTask, TaskState?> OnLaunch { get; set; } = _ => TaskState.TaskRunning;

    /// <summary>Whether a kill is carried out at once.</summary>
    public bool KillsAtOnce { get; set; } = true;

    /// <summary>Whether executors go on when the last of their tasks has ended.</summary>
    public bool ExecutorsStay { get; set; }

    public bool Offers { get; set; } = true;

    /// <summary>Refuses subscriptions while false.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Of the newest subscription.</summary>
    public IReadOnlyList<string> Roles { get; private set; } = [];

    /// <summary>How often the framework has subscribed.</summary>
    public int Subscribed { get; private set; }

    public bool IsSuppressed => _suppressed.IsSupersetOf(Roles);

    public void AddAgent(string host, double cpus = 16, double mem = 16_384, int ports = 100) =>
        _agents[host] = new FakeAgent("agent-" + host, host, cpus, mem, ports);

    public void AddAgent(FakeAgent agent) => _agents[agent.Host] = agent;

    public FakeAgent Agent(string host) => _agents[host];

    public void Subscribe(OpenSubscription open)
    {
        _subscription = open.Subscription;
        _offers.Clear();
        _declined.Clear();
        Subscribed++;
        Roles = open.Subscribe.Subscribe.FrameworkInfo.Roles.Order(StringComparer.Ordinal).ToList();
        _suppressed.Clear();
        _suppressed.UnionWith(open.Subscribe.Subscribe.SuppressedRoles);
        if (!IsUp)
        {
            post(new SchedulerSignal.SubscriptionEnded(open.Subscription, 503, "not the leader"));
            return;
        }
        Send(new Event
        {
            Type = Event.Types.Type.Subscribed,
            Subscribed = new Event.Types.Subscribed
            {
                FrameworkId = open.Subscribe.FrameworkId ?? new FrameworkID { Value = "framework-1" },
                // It never sends one; long enough for every scenario not to miss it.
                HeartbeatIntervalSeconds = 80_000,
                MasterInfo = new MasterInfo { Id = "master-1", Ip = 0, Port = 5050, Hostname = "master.test" },
            },
        });
    }

    /// <summary>Ends the stream, as when the master dies.</summary>
    public void Disconnect() => post(new SchedulerSignal.SubscriptionEnded(_subscription, null, "the connection broke"));

    public void Take(Call call)
    {
        Calls.Add(call);
        switch (call.Type)
        {
            case Call.Types.Type.Accept:
                Accept(call.Accept);
                break;
            case Call.Types.Type.Decline:
                foreach (var offer in call.Decline.OfferIds)
                {
                    if (_offers.Remove(offer.Value, out var host))
                    {
                        _declined.Add(host);
                    }
                }
                break;
            case Call.Types.Type.Suppress:
                _suppressed.UnionWith(call.Suppress.Roles);
                break;
            case Call.Types.Type.Revive:
                _suppressed.ExceptWith(call.Revive.Roles);
                _declined.Clear();
                break;
            case Call.Types.Type.Kill:
                Kill(call.Kill.TaskId.Value);
                break;
            case Call.Types.Type.Reconcile:
                Reconcile(call.Reconcile);
                break;
        }
    }

    /// <summary>Offers what is free on every agent whose offer has not been declined.</summary>
    /// <returns>Whether anything was offered.</returns>
    public bool MakeOffers()
    {
        if (!Offers || !IsUp || _subscription == 0 || Roles.LastOrDefault(role => !_suppressed.Contains(role)) is not { } role)
        {
            return false;
        }
        var free = _agents.Values.Where(agent => !_declined.Contains(agent.Host) && !_offers.ContainsValue(agent.Host)).ToList();
        if (free.Count == 0)
        {
            return false;
        }
        var offers = free.Select(agent =>
            agent.Offer("offer-" + ++_nextOffer, role,
                _tasks.Values.Where(task => task.Host == agent.Host && !task.HasEnded).ToList(), Executors(agent.Host))).ToList();
        foreach (var offer in offers)
        {
            _offers[offer.Id.Value] = offer.Hostname;
        }
        Send(new Event { Type = Event.Types.Type.Offers, Offers = new Event.Types.Offers { Offers_ = { offers } } });
        return true;
    }

    /// <summary>Changes a task's state and tells the framework.</summary>
    public void Update(string task, TaskState state, bool? healthy = null, string message = "")
    {
        var known = _tasks[task];
        known.State = state;
        if (known.HasEnded)
        {
            _declined.Remove(known.Host);
        }
        Send(known.Status(state, healthy, message, uuid: true));
        if (known.HasEnded && state != TaskState.TaskFinished && known.Executor is { } executor)
        {
            // The agent ends the rest of a pod of which one task has ended other than well.
            foreach (var other in Live.Where(task => task.Executor == executor).ToList())
            {
                Update(other.Id, TaskState.TaskKilled, message: "A task of the pod has ended");
            }
        }
    }

    /// <summary>Those that stayed when their tasks had ended.</summary>
    public void EndExecutors()
    {
        ExecutorsStay = false;
        _declined.Clear();
    }

    /// <summary>An operator marks an agent gone on which no task runs.</summary>
    public void GiveUp(string host)
    {
        var agent = _agents[host];
        _agents.Remove(host);
        _gone.Add(agent.Id);
        Send(new Event { Type = Event.Types.Type.Failure,
            Failure = new Event.Types.Failure { AgentId = new AgentID { Value = agent.Id } } });
    }

    /// <summary>An agent had to give up its id: its tasks are over, and what is reserved on it and its volumes come back.</summary>
    public void ComeBackAs(string host, string id)
    {
        foreach (var task in Live.Where(task => task.Host == host).ToList())
        {
            Update(task.Id, TaskState.TaskGone);
        }
        var before = _agents[host];
        _agents[host] = new FakeAgent(id, host, 0, 0, 1) { Total = before.Total };
    }

    /// <summary>The agent is unknown from now on: its machine has registered as another.</summary>
    public void Forget(string host)
    {
        _forgotten.Add(_agents[host].Id);
        _agents.Remove(host);
    }

    /// <summary>Tells of a state without its having changed here.</summary>
    public void Send(TaskStatus status) =>
        Send(new Event { Type = Event.Types.Type.Update, Update = new Event.Types.Update { Status = status } });

    public void Send(Event @event) => post(new SchedulerSignal.EventReceived(_subscription, @event));

    private void Accept(Call.Types.Accept accept)
    {
        var held = accept.OfferIds.All(id => _offers.ContainsKey(id.Value));
        var hosts = accept.OfferIds.Select(id => _offers.GetValueOrDefault(id.Value)).ToList();
        foreach (var id in accept.OfferIds)
        {
            _offers.Remove(id.Value);
        }
        foreach (var operation in accept.Operations.Where(operation => held && operation is { Launch: null, LaunchGroup: null }))
        {
            _agents[hosts[0]!].Apply(operation);
            // What an operation made is offered at once.
            _declined.Remove(hosts[0]!);
        }
        foreach (var group in accept.Operations.Select(operation => operation.LaunchGroup)
            .OfType<Offer.Types.Operation.Types.LaunchGroup>())
        {
            Pods.Add(group);
        }
        foreach (var info in accept.Operations
            .SelectMany(operation => operation.Launch?.TaskInfos ?? operation.LaunchGroup?.TaskGroup.Tasks ?? []))
        {
            var host = _agents.Values.First(agent => agent.Id == info.AgentId.Value).Host;
            Assert.That(_tasks.ContainsKey(info.TaskId.Value), Is.False, "task ids are used once: " + info.TaskId.Value);
            var task = new FakeTask(info, host) { Executor = Pods.FindLast(pod => pod.TaskGroup.Tasks.Contains(info))?.Executor };
            _tasks[info.TaskId.Value] = task;
            if (!held)
            {
                Update(info.TaskId.Value, TaskState.TaskDropped, message: "Offer is no longer valid");
            }
            else if (OnLaunch(task) is { } state)
            {
                Update(info.TaskId.Value, state);
            }
        }
    }

    private IEnumerable<ExecutorInfo> Executors(string host) => _tasks.Values
        .Where(task => task.Host == host && (ExecutorsStay || !task.HasEnded))
        .Select(task => task.Executor).OfType<ExecutorInfo>().Distinct();

    private void Kill(string task)
    {
        if (!_tasks.TryGetValue(task, out var known))
        {
            Send(FakeTask.Unknown(task));
        }
        else if (known.HasEnded)
        {
            Send(known.Status(known.State, null, "", uuid: false));
        }
        else if (KillsAtOnce)
        {
            Update(task, TaskState.TaskKilled);
        }
    }

    private void Reconcile(Call.Types.Reconcile reconcile)
    {
        var asked = reconcile.Tasks.Count > 0 ? reconcile.Tasks.Select(task => task.TaskId.Value) : Live.Select(task => task.Id);
        foreach (var lost in reconcile.Tasks.Where(task => task.AgentId is { } agent && _gone.Contains(agent.Value)))
        {
            Send(new TaskStatus { TaskId = lost.TaskId, AgentId = lost.AgentId, State = TaskState.TaskGoneByOperator });
        }
        foreach (var unknown in reconcile.Tasks.Where(task => task.AgentId is { } agent && _forgotten.Contains(agent.Value)))
        {
            Send(new TaskStatus { TaskId = unknown.TaskId, AgentId = unknown.AgentId, State = TaskState.TaskUnknown });
        }
        foreach (var id in asked.ToList())
        {
            Send(_tasks.TryGetValue(id, out var task) ? task.Status(task.State, null, "", uuid: false) : FakeTask.Unknown(id));
        }
    }
}
