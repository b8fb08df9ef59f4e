using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>The last tasks of a framework that are over or out of reach, oldest first; the oldest is forgotten when there are more than <paramref name="max"/>.</summary>
/// <param name="changed">Called after every change.</param>
internal sealed class TaskHistory(int max, Action changed)
{
    private readonly BlockTable<TaskModel> _tasks = new();
    private readonly Dictionary<TaskId, int> _counts = [];
    private readonly Dictionary<AgentId, int> _byAgent = [];

    public int Count => _tasks.Count;

    public bool Contains(TaskId id) => _counts.ContainsKey(id);

    public TaskModel? Find(TaskId id) => Contains(id) ? _tasks.Slots.Select(BlockTable<TaskModel>.Read).Last(task => task.Id == id) : null;

    public void Add(TaskModel task)
    {
        if (max == 0)
        {
            return;
        }
        if (_tasks.Count == max)
        {
            Forget(_tasks.First!);
        }
        _tasks.Add(new Slot<TaskModel>(), task);
        _counts[task.Id] = _counts.GetValueOrDefault(task.Id) + 1;
        _byAgent[task.Agent] = _byAgent.GetValueOrDefault(task.Agent) + 1;
        changed();
    }

    /// <summary>Takes out every entry of the agent, for instance because it has returned.</summary>
    public IReadOnlyList<TaskModel> TakeOf(AgentId agent)
    {
        // Asked of every framework when an agent returns; most have nothing.
        if (!_byAgent.ContainsKey(agent))
        {
            return [];
        }
        var slots = _tasks.Slots.Where(slot => BlockTable<TaskModel>.Read(slot).Agent == agent).ToList();
        var taken = slots.ConvertAll(BlockTable<TaskModel>.Read);
        slots.ForEach(Forget);
        if (taken.Count > 0)
        {
            changed();
        }
        return taken;
    }

    /// <summary>The tasks at this moment.</summary>
    public BlockList<TaskModel> Take() => _tasks.Take();

    private void Forget(Slot<TaskModel> slot)
    {
        var task = BlockTable<TaskModel>.Read(slot);
        _tasks.Remove(slot);
        if (--_counts[task.Id] == 0)
        {
            _counts.Remove(task.Id);
        }
        if (--_byAgent[task.Agent] == 0)
        {
            _byAgent.Remove(task.Agent);
        }
    }
}
