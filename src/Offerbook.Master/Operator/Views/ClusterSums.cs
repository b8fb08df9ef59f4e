using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>
/// What is summed up over all agents of a view, by whoever reads and not by the core. Costs one walk over the agents and what
/// frameworks use of each: 40 ms with 20,000 agents and 100,000 such pairs.
/// </summary>
internal sealed class ClusterSums
{
    private static readonly List<ExecutorView> s_none = [];

    private readonly Dictionary<FrameworkId, ResourceBag> _used = [];
    private readonly Dictionary<FrameworkId, List<ExecutorView>> _executors = [];

    public ClusterSums(MasterView view)
    {
        foreach (var agent in view.Agents)
        {
            ActiveAgents += agent.Active ? 1 : 0;
            foreach (var (framework, used) in agent.Used)
            {
                _used[framework] = _used.TryGetValue(framework, out var sum) ? sum + used : used;
            }
            foreach (var executor in agent.Executors)
            {
                if (!_executors.TryGetValue(executor.Framework, out var executors))
                {
                    _executors.Add(executor.Framework, executors = []);
                }
                executors.Add(executor);
            }
        }
    }

    public int ActiveAgents { get; }

    /// <summary>What the framework's tasks and executors hold on all agents, with allocation roles.</summary>
    public ResourceBag UsedBy(FrameworkId framework) => _used.GetValueOrDefault(framework, ResourceBag.Empty);

    /// <summary>The framework's executors, in the order of the agents.</summary>
    public IReadOnlyList<ExecutorView> ExecutorsOf(FrameworkId framework) => _executors.GetValueOrDefault(framework, s_none);
}
