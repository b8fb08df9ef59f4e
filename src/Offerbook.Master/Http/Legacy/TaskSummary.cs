using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http.Legacy;

/// <summary>How many tasks of each state an agent or a framework has, and with which of the others.</summary>
internal sealed class TaskTally
{
    /// <summary>Numbers of the protocol's task states.</summary>
    private const int States = (int)TaskState.TaskUnknown + 1;

    private readonly int[] _counts = new int[States];

    /// <summary>Ids of frameworks, for an agent, or of agents, sorted.</summary>
    public SortedSet<string> Counterparts { get; } = new(StringComparer.Ordinal);

    public int this[TaskState state] => _counts[(int)state];

    public void Add(TaskState state, string counterpart)
    {
        _counts[(int)state]++;
        Counterparts.Add(counterpart);
    }
}

/// <summary>Tasks counted by agent and by framework, those included that are out of reach or over. Costs a walk over all tasks.</summary>
internal sealed class TaskSummary
{
    private static readonly TaskTally s_none = new();

    private readonly Dictionary<AgentId, TaskTally> _agents = [];
    private readonly Dictionary<FrameworkId, TaskTally> _frameworks = [];

    public TaskSummary(MasterView view)
    {
        foreach (var framework in view.Frameworks)
        {
            var own = new TaskTally();
            foreach (var task in framework.Tasks)
            {
                Count(task, own);
            }
            foreach (var task in framework.UnreachableTasks)
            {
                Count(task, own);
            }
            foreach (var task in framework.CompletedTasks)
            {
                Count(task, own);
            }
            _frameworks[framework.Id] = own;
        }
    }

    public TaskTally On(AgentId agent) => _agents.GetValueOrDefault(agent, s_none);

    public TaskTally Of(FrameworkId framework) => _frameworks.GetValueOrDefault(framework, s_none);

    private void Count(TaskModel task, TaskTally own)
    {
        if (!_agents.TryGetValue(task.Agent, out var agent))
        {
            _agents.Add(task.Agent, agent = new TaskTally());
        }
        own.Add(task.State, task.Agent.Value);
        agent.Add(task.State, task.Framework.Value);
    }
}
