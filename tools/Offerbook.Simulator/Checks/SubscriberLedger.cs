using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Master.Operator.Views;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Event.Types.Type;
using Event = Mesos.V1.Master.Event;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// An operator who follows the master from its start, and again after each: what it makes of the snapshot and the events must be what
/// the master would show it. That holds for the agents that there are, the frameworks and what they say of themselves, and the tasks
/// that live with the newest status reported of each. No event tells of connections, of resources, of what is remembered of tasks that
/// are over, and of a state that an agent knows and has not reported yet: repeated reports bring it to the master, and if they never
/// do, because the agent is lost, that is told.
/// </summary>
public sealed class SubscriberLedger
{
    /// <summary>Above every number of an exchange.</summary>
    private const long FirstConnection = 1L << 60;

    private readonly SimNode<MasterMessage> _master;
    private readonly SortedSet<string> _agents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FrameworkInfo> _frameworks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Framework, string Task), TaskState> _tasks = [];
    private long _connections = FirstConnection;
    private bool _follows;

    public SubscriberLedger(SimWorld world, SimNode<MasterMessage> master)
    {
        _master = master;
        master.Emitted += Emit;
        master.Started += () =>
        {
            _follows = false;
            var life = master.Life;
            // Not within the start: a message must be a turn of its own.
            world.Schedule(TimeSpan.Zero, null, () =>
            {
                if (master.Life == life)
                {
                    master.TryPost(new MasterMessage.OperatorStreamRequested(new ConnectionId(++_connections)));
                }
            });
        };
    }

    public long Events { get; private set; }

    public void Check()
    {
        if (!_follows || _master.Core is not MasterCore core)
        {
            return;
        }
        var view = core.View(_master.Clock.Now);
        Same("agents", _agents, view.Agents.Select(agent => agent.Id.Value));
        Same("frameworks", _frameworks.Keys, view.Frameworks.Select(framework => framework.Id.Value));
        foreach (var framework in view.Frameworks)
        {
            Invariant.Check(_frameworks[framework.Id.Value].Equals(framework.Info),
                $"I19: a subscriber takes {framework.Id} for {_frameworks[framework.Id.Value]}, it is {framework.Info}");
        }
        Same("tasks", Living(_tasks.Select(task => (task.Key.Framework, task.Key.Task, task.Value))), Living(Shown(view)));
    }

    private static IEnumerable<(string Framework, string Task, TaskState State)> Tasks(MasterView view) =>
        view.Frameworks.SelectMany(framework =>
            framework.Tasks.Select(task =>
                (framework.Id.Value, task.Id.Value, task.Statuses.IsEmpty ? task.State : task.Statuses[^1].State)));

    /// <summary>
    /// A state of which nothing was reported is known from the agent's return: subscribers know the task as it was before.
    /// </summary>
    private IEnumerable<(string Framework, string Task, TaskState State)> Shown(MasterView view) =>
        view.Frameworks.SelectMany(framework => framework.Tasks.Select(task =>
        (framework.Id.Value, task.Id.Value, task.Statuses.IsEmpty
            ? _tasks.GetValueOrDefault((framework.Id.Value, task.Id.Value), task.State) : task.Statuses[^1].State)));

    /// <summary>One that is over may be shown for a while, and one out of reach is shown elsewhere.</summary>
    private static IEnumerable<string> Living(IEnumerable<(string Framework, string Task, TaskState State)> tasks) => tasks
        .Where(task => task.State is TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling)
        .Select(task => $"{task.Framework}/{task.Task} {task.State}");

    private static void Same(string what, IEnumerable<string> folded, IEnumerable<string> shown)
    {
        var (left, right) = (folded.Order(StringComparer.Ordinal).ToList(), shown.Order(StringComparer.Ordinal).ToList());
        if (!left.SequenceEqual(right, StringComparer.Ordinal))
        {
            Invariant.Fail(
                $"I19: a subscriber knows other {what} than the master shows: it alone has [{string.Join(", ", left.Except(right))}], the master alone [{string.Join(", ", right.Except(left))}]");
        }
    }

    private void Emit(IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.OpenOperatorStreams open:
                Begin(open.View);
                break;
            case MasterEffect.SendToOperators send when _follows:
                foreach (var happened in send.Events)
                {
                    Events++;
                    Fold(happened);
                }
                break;
        }
    }

    private void Begin(MasterView view)
    {
        _follows = true;
        _agents.Clear();
        _frameworks.Clear();
        _tasks.Clear();
        _agents.UnionWith(view.Agents.Select(agent => agent.Id.Value));
        foreach (var framework in view.Frameworks)
        {
            _frameworks.Add(framework.Id.Value, framework.Info);
        }
        foreach (var (framework, task, state) in Tasks(view))
        {
            _tasks.Add((framework, task), state);
        }
    }

    private void Fold(Event happened)
    {
        switch (happened.Type)
        {
            case Type.AgentAdded:
                _agents.Add(happened.AgentAdded.Agent.AgentInfo.Id.Value);
                break;
            case Type.AgentRemoved:
                var agent = happened.AgentRemoved.AgentId.Value;
                Invariant.Check(_agents.Remove(agent), $"I19: AGENT_REMOVED for {agent}, of which no subscriber knew");
                break;
            case Type.FrameworkAdded:
                var added = happened.FrameworkAdded.Framework.FrameworkInfo;
                Invariant.Check(_frameworks.TryAdd(added.Id.Value, added), $"I19: FRAMEWORK_ADDED for {added.Id.Value}, which was there");
                break;
            case Type.FrameworkUpdated:
                var updated = happened.FrameworkUpdated.Framework.FrameworkInfo;
                Invariant.Check(_frameworks.ContainsKey(updated.Id.Value),
                    $"I19: FRAMEWORK_UPDATED for {updated.Id.Value}, of which no subscriber knew");
                _frameworks[updated.Id.Value] = updated;
                break;
            case Type.FrameworkRemoved:
                Remove(happened.FrameworkRemoved.FrameworkInfo.Id.Value);
                break;
            case Type.TaskAdded:
                var task = happened.TaskAdded.Task;
                _tasks[(task.FrameworkId.Value, task.TaskId.Value)] = task.Statuses.Count == 0 ? task.State : task.Statuses[^1].State;
                break;
            case Type.TaskUpdated:
                var update = happened.TaskUpdated;
                Invariant.Check(_tasks.ContainsKey((update.FrameworkId.Value, update.Status.TaskId.Value)),
                    $"I19: TASK_UPDATED for {update.FrameworkId.Value}/{update.Status.TaskId.Value} ({update.State}), of which no subscriber knew");
                _tasks[(update.FrameworkId.Value, update.Status.TaskId.Value)] = update.Status.State;
                break;
        }
    }

    private void Remove(string framework)
    {
        Invariant.Check(_frameworks.Remove(framework), $"I19: FRAMEWORK_REMOVED for {framework}, of which no subscriber knew");
        foreach (var task in _tasks.Keys.Where(key => key.Framework == framework).ToList())
        {
            _tasks.Remove(task);
        }
    }
}
