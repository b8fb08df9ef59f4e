using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Wire.Identity;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Watches task groups of default executors from outside. An agent starts all of a group in one turn or none of it; when one task has
/// failed, was killed or never began, none of its group runs on; a group that is refused is refused as a whole; and an agent tells the
/// end of a task once, however often it dies.
/// </summary>
public sealed class PodLedger
{
    /// <summary>A kill takes its grace of 3 s, and is repeated after 10 s. Counted from when the agent was last disturbed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A flush of a good disk takes 4 ms.</summary>
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(20);

    private readonly SimCluster _cluster;
    private readonly Dictionary<TaskKey, Group> _groups = [];
    private readonly List<Watch> _watches = [];

    public PodLedger(SimCluster cluster)
    {
        _cluster = cluster;
        foreach (var master in cluster.Masters.Nodes)
        {
            master.Emitted += Launch;
            master.Received += Hear;
        }
        foreach (var machine in cluster.Machines)
        {
            var watch = new Watch(machine);
            _watches.Add(watch);
            machine.Agent.Started += () => watch.Disturbed = cluster.World.Elapsed;
            machine.Agent.Emitted += effect => Start(watch, effect);
            machine.Agent.TurnEnded += () => EndTurn(watch);
            machine.Agent.Received += message => Break(watch, message);
        }
    }

    /// <summary>Groups that an agent has started.</summary>
    public long Started { get; private set; }

    /// <summary>Of these, such as did not end by themselves and well.</summary>
    public long Broken { get; private set; }

    public void Check()
    {
        var now = _cluster.World.Elapsed;
        foreach (var watch in _watches)
        {
            if (!watch.Machine.Agent.IsUp || watch.Machine.Agent.IsPaused || watch.Machine.Agent.Disk.FlushMean > SlowFlush
                || watch.Machine.Containers.Engine.Hangs)
            {
                watch.Disturbed = now;
            }
            foreach (var container in watch.Machine.Containers.All.Where(container => container is { IsRunning: true, IsStuck: false }))
            {
                if (watch.Containers.GetValueOrDefault(container.Id) is { BrokenSince: { } since } group)
                {
                    Invariant.Check(now <= (since > watch.Disturbed ? since : watch.Disturbed) + Patience,
                        $"I20: {container.Task} still runs on {watch.Machine.Name} though its group came apart at {since}: {string.Join(' ', group.Tasks)}");
                }
            }
        }
    }

    private void Launch(IEffect effect)
    {
        if (effect is not MasterEffect.SendToAgent { Event: { Type: AgentEvent.Types.Type.LaunchGroup,
            LaunchGroup: { Executor.Type: ExecutorInfo.Types.Type.Default } launch } })
        {
            return;
        }
        var framework = FrameworkId.From(launch.FrameworkInfo.Id);
        var group = new Group(launch.TaskGroup.Tasks.Select(task => new TaskKey(framework, TaskId.From(task.TaskId))).ToList());
        foreach (var task in group.Tasks)
        {
            _groups[task] = group;
        }
    }

    private void Start(Watch watch, IEffect effect)
    {
        if (effect is LaunchContainer { Spec: { Task: { } task, Container.IsNested: true } spec }
            && _groups.TryGetValue(new TaskKey(spec.Sandbox.Framework, task), out var group))
        {
            watch.Containers[spec.Container] = group;
            watch.StartedNow.Add(group);
        }
    }

    private void EndTurn(Watch watch)
    {
        foreach (var started in watch.StartedNow.GroupBy(group => group))
        {
            Invariant.Check(started.Count() == started.Key.Tasks.Count,
                $"I20: {watch.Machine.Name} starts {started.Count()} of the {started.Key.Tasks.Count} tasks of a group: {string.Join(' ', started.Key.Tasks)}");
            Started++;
        }
        watch.StartedNow.Clear();
    }

    private void Break(Watch watch, AgentMessage message)
    {
        ContainerId? container = message switch
        {
            AgentMessage.ContainerExited { Exit: not ContainerExit.Exited(0) } exited => exited.Container,
            AgentMessage.ContainerLaunchFailed failed => failed.Container,
            AgentMessage.ContainerNeverStarted never => never.Container,
            _ => null,
        };
        if (container is { } known && watch.Containers.GetValueOrDefault(known) is { BrokenSince: null } group)
        {
            group.BrokenSince = _cluster.World.Elapsed;
            Broken++;
        }
    }

    private void Hear(MasterMessage message)
    {
        if (message is not MasterMessage.AgentCallReceived { Call: { Type: AgentCall.Types.Type.Update, Update: { } update } }
            || !IsEnd(update.Status.State)
            || _groups.GetValueOrDefault(
                new TaskKey(FrameworkId.From(update.FrameworkId), TaskId.From(update.Status.TaskId))) is not { } group
            || IsAnswer(update.Status))
        {
            return;
        }
        var told = group.Ends.TryAdd(update.Status.TaskId.Value, update.Status) ? update.Status : group.Ends[update.Status.TaskId.Value];
        Invariant.Check(told.Uuid == update.Status.Uuid,
            $"I20: an agent says that {told.TaskId.Value} is {told.State} and then, in another update, {update.Status.State} ({update.Status.Message})");
        if (group.Ends.Values.FirstOrDefault(end => end.State == TaskState.TaskError) is { } refused)
        {
            Invariant.Check(group.Ends.Values.All(end => end.State == refused.State && end.Message == refused.Message),
                $"I20: {refused.TaskId.Value} is refused, and not all of its group as it: {string.Join(", ", group.Ends.Values.Select(end => $"{end.TaskId.Value} {end.State}"))}");
        }
    }

    /// <summary>About a task that the agent does not have: nothing of it is kept, so another life of the agent makes another.</summary>
    private static bool IsAnswer(Mesos.V1.TaskStatus status) =>
        status is { State: TaskState.TaskDropped or TaskState.TaskLost, Reason: Reason.Reconciliation or Reason.ExecutorTerminated };

    private static bool IsEnd(TaskState state) =>
        state is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling);

    private sealed class Group(IReadOnlyList<TaskKey> tasks)
    {
        public IReadOnlyList<TaskKey> Tasks => tasks;

        public SortedDictionary<string, Mesos.V1.TaskStatus> Ends { get; } = new(StringComparer.Ordinal);

        public TimeSpan? BrokenSince { get; set; }
    }

    private sealed class Watch(SimMachine machine)
    {
        public SimMachine Machine => machine;

        public Dictionary<ContainerId, Group> Containers { get; } = [];

        public List<Group> StartedNow { get; } = [];

        public TimeSpan Disturbed { get; set; }
    }
}
