using System.Diagnostics;
using System.Net;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Load;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Task = System.Threading.Tasks.Task;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Bench.Tasks;

/// <summary>
/// A scheduler that keeps so many tasks in flight until so many have ended, and writes down when each was accepted, ran and ended.
/// It speaks the scheduler API over real HTTP, like any other framework; updates are acknowledged. It keeps what it is offered until it
/// has tasks for it. On a thread of its own with <see cref="SchedulerLink"/>: what it takes of the machine is not the measured programs'.
/// </summary>
internal sealed class TaskFeed : IDisposable
{
    private const double TaskCpus = 0.01;
    private const double TaskMem = 1;

    /// <summary>Connections for calls: launches have the first for themselves.</summary>
    private const int Lanes = 4;

    private const long LastCall = 1;

    private static readonly TimeSpan SubscribePatience = TimeSpan.FromSeconds(30);

    private readonly Reactor _reactor = new();
    private readonly Thread _thread;
    private readonly SchedulerLink _link;
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Offer> _held = [];
    private Work? _work;
    private Exception? _failure;
    private int _launched;
    private int _calls;

    public TaskFeed(Uri master)
    {
        var info = new FrameworkInfo { User = "root", Name = "bench" };
        _link = new SchedulerLink(_reactor, new IPEndPoint(IPAddress.Parse(master.Host), master.Port), MessageFormat.Protobuf, info, Lanes,
            Happened, Answered, (_, status, text) => Fail($"a call was answered {status} {text}"))
        {
            Ended = reason => Fail("the stream ended: " + reason),
        };
        _thread = _reactor.Start("task feed");
    }

    /// <summary>What the tasks run in; null: plain processes.</summary>
    public ContainerInfo? Container { get; init; }

    public void Dispose()
    {
        _reactor.Stop();
        _thread.Join();
        _reactor.Dispose();
    }

    public Task SubscribeAsync(CancellationToken cancellation)
    {
        _reactor.Post(_link.Subscribe);
        return _subscribed.Task.WaitAsync(SubscribePatience, cancellation);
    }

    /// <summary>Kills the last tasks that were launched and waits until so many have ended.</summary>
    public Task KillAllAsync(int count, CancellationToken cancellation) =>
        count == 0 ? Task.CompletedTask : DoAsync(new Killing(count), () =>
    {
        for (var i = 0; i < count; i++)
        {
            Call(new Call
            {
                Type = Mesos.V1.Scheduler.Call.Types.Type.Kill,
                Kill = new Call.Types.Kill
                {
                    TaskId = new TaskID { Value = $"bench-{_launched - i}" },
                    KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 0 } },
                },
            });
        }
    }, cancellation);

    public Task TearDownAsync(CancellationToken cancellation) =>
        DoAsync(new Leaving(), () => _link.Call(new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Teardown }, LastCall), cancellation);

    /// <summary>Runs a command so many times, at most <paramref name="inFlight"/> at once.</summary>
    /// <param name="until">The state that counts as the end: TASK_FINISHED, or TASK_RUNNING for tasks that stay.</param>
    public async Task<TaskTimes> RunAsync(string command, int count, int inFlight, TaskState until, CancellationToken cancellation)
    {
        var running = new Running(new TaskTimes(count), command, inFlight, until);
        if (count == 0)
        {
            return running.Times;
        }
        await DoAsync(running, () => Feed(running), cancellation);
        return running.Times;
    }

    /// <summary>One thing at a time; it is over when what happened says so.</summary>
    private Task DoAsync(Work work, Action begin, CancellationToken cancellation)
    {
        _reactor.Post(() =>
        {
            _work = work;
            if (_failure is { } failure)
            {
                work.Done.TrySetException(failure);
                return;
            }
            begin();
        });
        return work.Done.Task.WaitAsync(cancellation);
    }

    private void Happened(Event happened)
    {
        switch (happened.Type)
        {
            case Event.Types.Type.Subscribed:
                _subscribed.TrySetResult();
                break;
            case Event.Types.Type.Offers:
                _held.AddRange(happened.Offers.Offers_);
                break;
            case Event.Types.Type.Rescind:
                _held.RemoveAll(offer => offer.Id.Equals(happened.Rescind.OfferId));
                break;
            case Event.Types.Type.Update:
                Note(happened.Update.Status);
                Acknowledge(happened.Update.Status);
                break;
            case Event.Types.Type.Error:
                Fail(happened.Error.Message);
                break;
        }
        if (_work is Running running)
        {
            Feed(running);
        }
    }

    private void Note(TaskStatus status)
    {
        switch (_work)
        {
            case Running running:
                if (running.Note(status) is { } problem)
                {
                    Fail(problem);
                }
                break;
            case Killing killing when status.State is TaskState.TaskKilled or TaskState.TaskFailed or TaskState.TaskFinished:
                killing.Left--;
                if (killing.Left == 0)
                {
                    killing.Done.TrySetResult();
                }
                break;
        }
    }

    private void Answered(long call)
    {
        if (call == LastCall)
        {
            _work!.Done.TrySetResult();
        }
    }

    private void Fail(string reason)
    {
        if (_work is Leaving leaving)
        {
            // A framework that is torn down loses its stream, before or after it is told that it is.
            leaving.Done.TrySetResult();
            return;
        }
        _failure ??= new InvalidOperationException(reason);
        _subscribed.TrySetException(_failure);
        _work?.Done.TrySetException(_failure);
    }

    private void Feed(Running running)
    {
        var room = Math.Min(_held.Sum(Capacity), running.Room);
        if (room > 0)
        {
            Accept(running, room);
        }
    }

    /// <summary>On all that is held of the one agent; what is left over is offered again.</summary>
    private void Accept(Running running, int tasks)
    {
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        for (var i = 0; i < tasks; i++)
        {
            var id = $"bench-{++_launched}";
            launch.Launch.TaskInfos.Add(new TaskInfo
            {
                Name = "bench",
                TaskId = new TaskID { Value = id },
                AgentId = _held[0].AgentId,
                Command = new CommandInfo { Value = running.Command },
                Container = Container,
                Resources = { Scalar("cpus", TaskCpus), Scalar("mem", TaskMem) },
            });
            running.Accepted(id);
        }
        var call = new Call
        {
            Type = Mesos.V1.Scheduler.Call.Types.Type.Accept,
            Accept = new Call.Types.Accept
            {
                OfferIds = { _held.Select(offer => offer.Id) }, Operations = { launch }, Filters = new Filters { RefuseSeconds = 0 },
            },
        };
        _held.Clear();
        _link.Call(call, 0, tag: 0);
    }

    private void Acknowledge(TaskStatus status)
    {
        if (status.HasUuid)
        {
            Call(new Call
            {
                Type = Mesos.V1.Scheduler.Call.Types.Type.Acknowledge,
                Acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            });
        }
    }

    private void Call(Call call) => _link.Call(call, 1 + (_calls++ % (Lanes - 1)), tag: 0);

    /// <summary>How many tasks fit: an offer may be no more than what a finished task has freed.</summary>
    private static int Capacity(Offer offer)
    {
        double Of(string name) => offer.Resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value);
        return (int)Math.Floor(Math.Min(Of("cpus") / TaskCpus, Of("mem") / TaskMem) + 1e-6);
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };

    /// <summary>What the feed is at. Of the reactor's thread, but for <see cref="Done"/>.</summary>
    private abstract class Work
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Leaving : Work;

    private sealed class Killing(int count) : Work
    {
        public int Left { get; set; } = count;
    }

    private sealed class Running(TaskTimes times, string command, int inFlight, TaskState until) : Work
    {
        private readonly Dictionary<string, long> _accepted = [];
        private readonly long _began = Stopwatch.GetTimestamp();
        private int _launched;
        private int _ended;

        public TaskTimes Times => times;

        public string Command => command;

        /// <summary>How many more may be launched now.</summary>
        public int Room => Math.Min(inFlight - (_launched - _ended), times.Count - _launched);

        public void Accepted(string task)
        {
            _launched++;
            _accepted[task] = Stopwatch.GetTimestamp();
        }

        /// <returns>What is wrong with it; null: nothing.</returns>
        public string? Note(TaskStatus status)
        {
            var task = status.TaskId.Value;
            if (status.State == TaskState.TaskRunning && _accepted.TryGetValue(task, out var at))
            {
                times.Running.Add(Stopwatch.GetElapsedTime(at));
            }
            if (status.State == until && _accepted.Remove(task))
            {
                if (++_ended == times.Count)
                {
                    times.Elapsed = Stopwatch.GetElapsedTime(_began);
                    Done.TrySetResult();
                }
            }
            else if (status is { State: TaskState.TaskLost, Reason: TaskStatus.Types.Reason.InvalidOffers } && _accepted.Remove(task))
            {
                // The offer was taken back while the ACCEPT was on its way.
                _launched--;
            }
            else if (status.State is TaskState.TaskFailed or TaskState.TaskError or TaskState.TaskLost)
            {
                return $"a task ended as {status.State}: {status.Message}";
            }
            return null;
        }
    }
}
