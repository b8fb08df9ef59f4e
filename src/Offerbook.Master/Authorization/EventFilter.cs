using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Type = Mesos.V1.Master.Event.Types.Type;

namespace Offerbook.Master.Authorization;

/// <summary>
/// What one principal may see of the events that operators follow. An update names a task and says nothing of its user: hidden tasks
/// are remembered from the snapshot and from the events of their beginning until they are over. For one stream, on one thread.
/// </summary>
internal sealed class EventFilter
{
    private readonly ViewFilter _filter;
    private readonly Dictionary<string, bool> _frameworks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FrameworkInfo> _infos = new(StringComparer.Ordinal);
    private readonly HashSet<(string Framework, string Task)> _hidden = [];

    /// <param name="view">What the stream begins with, before it is filtered.</param>
    public EventFilter(ViewFilter filter, MasterView view)
    {
        _filter = filter;
        foreach (var framework in view.Frameworks)
        {
            Learn(framework.Info);
            foreach (var task in framework.Tasks.Concat(framework.UnreachableTasks))
            {
                if (!filter.ShowsTasksOf(ViewFilter.UserOf(task, framework.Info)))
                {
                    _hidden.Add((framework.Id.Value, task.Id.Value));
                }
            }
        }
    }

    /// <returns>The event, another in its place, or null.</returns>
    public OperatorEvent? Select(OperatorEvent happened)
    {
        switch (happened.Type)
        {
            case Type.FrameworkAdded:
                return Learn(happened.FrameworkAdded.Framework.FrameworkInfo) ? happened : null;
            case Type.FrameworkUpdated:
                return Learn(happened.FrameworkUpdated.Framework.FrameworkInfo) ? happened : null;
            case Type.FrameworkRemoved:
                return Forget(happened.FrameworkRemoved.FrameworkInfo) ? happened : null;
            case Type.TaskAdded:
                return Shows(happened.TaskAdded.Task) ? happened : null;
            case Type.TaskUpdated:
                return Shows(happened.TaskUpdated) ? happened : null;
            case Type.AgentAdded:
                return Show(happened);
            default:
                return happened;
        }
    }

    private bool Learn(FrameworkInfo framework)
    {
        _infos[framework.Id.Value] = framework;
        return _frameworks[framework.Id.Value] = _filter.ShowsFramework(framework);
    }

    private bool Forget(FrameworkInfo framework)
    {
        _frameworks.Remove(framework.Id.Value);
        _infos.Remove(framework.Id.Value);
        _hidden.RemoveWhere(task => task.Framework == framework.Id.Value);
        return _filter.ShowsFramework(framework);
    }

    private bool Shows(MesosTask task)
    {
        var framework = task.FrameworkId.Value;
        var user = task.HasUser ? task.User : _infos.GetValueOrDefault(framework)?.User;
        if (user is null || !_filter.ShowsTasksOf(user))
        {
            _hidden.Add((framework, task.TaskId.Value));
            return false;
        }
        return _frameworks.GetValueOrDefault(framework);
    }

    private bool Shows(OperatorEvent.Types.TaskUpdated update)
    {
        var (framework, task) = (update.FrameworkId.Value, update.Status.TaskId.Value);
        var isHidden = TaskStates.IsTerminal(update.State) ? _hidden.Remove((framework, task)) : _hidden.Contains((framework, task));
        return !isHidden && _frameworks.GetValueOrDefault(framework);
    }

    private OperatorEvent Show(OperatorEvent added)
    {
        var agent = added.AgentAdded.Agent;
        if (agent.TotalResources.All(_filter.Shows) && agent.AgentInfo.Resources.All(_filter.Shows))
        {
            return added;
        }
        var shown = added.Clone();
        shown.AgentAdded.Agent.AgentInfo = _filter.Show(agent.AgentInfo);
        shown.AgentAdded.Agent.TotalResources.Clear();
        shown.AgentAdded.Agent.TotalResources.Add(agent.TotalResources.Where(_filter.Shows));
        return shown;
    }
}
