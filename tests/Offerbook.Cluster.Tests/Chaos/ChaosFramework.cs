using System.Threading.Channels;
using Offerbook.Client.Hosting;
using Offerbook.Client.Scheduling;
using Call = Mesos.V1.Scheduler.Call;
using Event = Mesos.V1.Scheduler.Event;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// Launches the plan's tasks little by little, kills some of them, acknowledges late, and judges every update as it comes. One loop
/// takes signals and what it told itself to do later, so nothing in here runs at the same time as anything else.
/// </summary>
internal sealed class ChaosFramework : IAsyncDisposable
{
    private const int LaunchesAtOnce = 4;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    private readonly Channel<Action> _turns = Channel.CreateUnbounded<Action>();
    private readonly ChaosPlan _plan;
    private readonly Random _random;
    private readonly SchedulerConnection _connection;
    private readonly Queue<ChaosLaunch> _waiting;
    private readonly Queue<ChaosLaunch> _following = [];
    private readonly Dictionary<ChaosTask, ChaosLaunch> _leaders;
    private readonly Dictionary<string, ChaosTask> _tasks;
    private readonly List<string> _violations = [];
    private readonly Task _running;
    private V1.FrameworkID? _id;
    private int _allowed;
    private readonly HashSet<string> _executorsGone = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChaosFramework(Uri master, ChaosPlan plan, Random random)
    {
        (_plan, _random) = (plan, random);
        _waiting = new Queue<ChaosLaunch>(plan.Launches);
        _leaders = plan.Launches.Where(launch => launch.Next is not null).SelectMany(launch => launch.Tasks.Select(task => (task, launch)))
            .ToDictionary(pair => pair.task, pair => pair.launch);
        _tasks = plan.Tasks.ToDictionary(task => task.Id);
        _connection = new SchedulerConnection(new SchedulerConnectionOptions([master]),
            (signal, cancellation) => _turns.Writer.WriteAsync(() => Hear(signal), cancellation));
        var info = new V1.FrameworkInfo { User = "root", Name = "chaos", Roles = { "chaos" }, FailoverTimeout = 3600, Checkpoint = true };
        foreach (var able in (V1.FrameworkInfo.Types.Capability.Types.Type[])
            [V1.FrameworkInfo.Types.Capability.Types.Type.MultiRole, V1.FrameworkInfo.Types.Capability.Types.Type.PartitionAware,
             V1.FrameworkInfo.Types.Capability.Types.Type.TaskKillingState])
        {
            info.Capabilities.Add(new V1.FrameworkInfo.Types.Capability { Type = able });
        }
        _running = Task.Run(RunAsync);
        _connection.TryPerform(new OpenSubscription(1, SchedulerCalls.Subscribe(info, null, [])));
    }

    /// <summary>What was reported and cannot be.</summary>
    public IReadOnlyList<string> Violations => _violations;

    public string FrameworkId => _id?.Value ?? "";

    /// <summary>Lets this share of the launches go out; the rest wait, so that every life of the agent gets some.</summary>
    public void Allow(double share) => _turns.Writer.TryWrite(() => _allowed = (int)Math.Ceiling(share * _plan.Launches.Count));

    /// <summary>Ends when every task has ended and every end is acknowledged, and fails when the framework does.</summary>
    public Task AllEnded => _ended.Task;

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _turns.Writer.TryComplete();
        await _running;
    }

    private async Task RunAsync()
    {
        Later(Again, Reconcile);
        await foreach (var turn in _turns.Reader.ReadAllAsync())
        {
            try
            {
                turn();
            }
            catch (Exception failure)
            {
                _ended.TrySetException(failure);
            }
        }
    }

    private void Hear(SchedulerSignal signal)
    {
        switch (signal)
        {
            case SchedulerSignal.EventReceived { Event: { Type: Event.Types.Type.Subscribed } subscribed }:
                _id = subscribed.Subscribed.FrameworkId;
                break;
            case SchedulerSignal.EventReceived { Event: { Type: Event.Types.Type.Offers } offers }:
                foreach (var offer in offers.Offers.Offers_)
                {
                    Use(offer);
                }
                break;
            case SchedulerSignal.EventReceived { Event: { Type: Event.Types.Type.Update } update }:
                Hear(update.Update.Status);
                break;
            case SchedulerSignal.EventReceived { Event: { Type: Event.Types.Type.Failure, Failure.ExecutorId: { } executor } }:
                _executorsGone.Add(executor.Value);
                break;
            case SchedulerSignal.CallFailed failed:
                _violations.Add($"{failed.Call.Type} is answered {failed.Status} {failed.Reason}");
                break;
            case SchedulerSignal.SubscriptionEnded ended:
                throw new AssertionException($"the master ended the stream: {ended.Status} {ended.Reason}");
        }
    }

    private void Use(V1.Offer offer)
    {
        var accept = new Call.Types.Accept { OfferIds = { offer.Id }, Filters = new V1.Filters { RefuseSeconds = 0.1 } };
        var sent = new List<ChaosTask>();
        var free = offer.Resources.Where(resource => resource.Name == "cpus").Sum(resource => resource.Scalar.Value);
        while (accept.Operations.Count < LaunchesAtOnce && free > 2 && Next() is { } launch)
        {
            free -= launch.Tasks.Count() * 0.3;
            accept.Operations.Add(launch.Groups.Select(group => Operation(group, launch.Executor, offer.AgentId)));
            sent.AddRange(launch.Tasks);
        }
        Send(new Call { Type = Call.Types.Type.Accept, Accept = accept });
        foreach (var task in sent.Where(task => task.KilledAtLaunch))
        {
            Later(TimeSpan.FromMilliseconds(_random.Next(40)), () => Kill(task));
        }
    }

    private ChaosLaunch? Next() =>
        _following.TryDequeue(out var following) ? following
        : _plan.Launches.Count - _waiting.Count < _allowed && _waiting.TryDequeue(out var waiting) ? waiting
        : null;

    private V1.Offer.Types.Operation Operation(IReadOnlyList<ChaosTask> tasks, V1.ExecutorInfo? executor, V1.AgentID agent)
    {
        foreach (var task in tasks)
        {
            task.Info.AgentId = agent;
        }
        executor?.FrameworkId = _id;
        return executor is not null
            ? new V1.Offer.Types.Operation
            {
                Type = V1.Offer.Types.Operation.Types.Type.LaunchGroup,
                LaunchGroup = new() { Executor = executor,
                    TaskGroup = new V1.TaskGroupInfo { Tasks = { tasks.Select(task => task.Info) } } },
            }
            : new V1.Offer.Types.Operation
            {
                Type = V1.Offer.Types.Operation.Types.Type.Launch,
                Launch = new() { TaskInfos = { tasks.Select(task => task.Info) } },
            };
    }

    private void Hear(V1.TaskStatus status)
    {
        if (!_tasks.TryGetValue(status.TaskId.Value, out var task))
        {
            _violations.Add($"an update of {status.TaskId.Value}, which is nobody's");
            return;
        }
        var hadRun = task.HasRun;
        if (task.Hear(status) is { } wrong)
        {
            _violations.Add($"{wrong}: {task}");
        }
        if (!hadRun && task is { HasRun: true, KillAfter: { } after })
        {
            Later(after, () => Kill(task));
        }
        if ((task.HasRun || task.Last is not null) && _leaders.TryGetValue(task, out var launch))
        {
            _following.Enqueue(launch.Next!);
            foreach (var leader in launch.Tasks)
            {
                _leaders.Remove(leader);
            }
        }
        if (status.HasUuid && !status.Uuid.IsEmpty)
        {
            AcknowledgeSomeTime(task, status);
        }
        else if (task.Last is not null && task.IsLaunched)
        {
            // What the master says of its own accord is not acknowledged.
            Settle(task);
        }
    }

    /// <summary>Mostly at once, at times late, now and then only when it has been sent again.</summary>
    private void AcknowledgeSomeTime(ChaosTask task, V1.TaskStatus status)
    {
        var drawn = _random.NextDouble();
        if (drawn < 0.05)
        {
            return;
        }
        void Acknowledge()
        {
            Send(new Call
            {
                Type = Call.Types.Type.Acknowledge,
                Acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            });
            if (task.Last?.State == status.State)
            {
                Settle(task);
            }
        }
        if (drawn < 0.6)
        {
            Acknowledge();
        }
        else
        {
            Later(TimeSpan.FromMilliseconds(_random.Next(1_500)), Acknowledge);
        }
    }

    private void Settle(ChaosTask task)
    {
        task.IsSettled = true;
        if (_plan.Launches.FirstOrDefault(launch => launch.Tasks.Contains(task)) is { EndsWithItsTasks: { } executor } launch
            && launch.Tasks.All(other => other.IsSettled))
        {
            ShutDown(executor, task.Info.AgentId);
        }
        if (_waiting.Count == 0 && _plan.Tasks.All(other => other.IsSettled))
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Again and again, as kills.</summary>
    private void ShutDown(V1.ExecutorID executor, V1.AgentID agent)
    {
        if (!_executorsGone.Contains(executor.Value))
        {
            Send(new Call { Type = Call.Types.Type.Shutdown,
                Shutdown = new Call.Types.Shutdown { ExecutorId = executor, AgentId = agent } });
            Later(Again, () => ShutDown(executor, agent));
        }
    }

    /// <summary>Again and again: a kill can be lost with the agent that it was sent to.</summary>
    private void Kill(ChaosTask task)
    {
        if (task.Last is not null)
        {
            return;
        }
        task.IsKilled = true;
        Send(new Call { Type = Call.Types.Type.Kill,
            Kill = new Call.Types.Kill { TaskId = task.Info.TaskId, AgentId = task.Info.AgentId } });
        Later(Again, () => Kill(task));
    }

    private void Reconcile()
    {
        var reconcile = new Call.Types.Reconcile();
        foreach (var task in _plan.Tasks.Where(task => task.IsLaunched && task.Last is null))
        {
            reconcile.Tasks.Add(new Call.Types.Reconcile.Types.Task { TaskId = task.Info.TaskId, AgentId = task.Info.AgentId });
        }
        if (reconcile.Tasks.Count > 0)
        {
            Send(new Call { Type = Call.Types.Type.Reconcile, Reconcile = reconcile });
        }
        Later(Again, Reconcile);
    }

    private void Send(Call call)
    {
        call.FrameworkId = _id;
        _connection.TryPerform(new CallMaster(1, call));
    }

    private void Later(TimeSpan after, Action action) =>
        _ = Task.Delay(after).ContinueWith(_ => _turns.Writer.TryWrite(action), TaskScheduler.Default);
}
