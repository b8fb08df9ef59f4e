using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>
/// The last tasks of a framework that are over or out of reach, oldest first. The oldest are forgotten when there are more than
/// <paramref name="max"/>, or when all together take more than <paramref name="maxBytes"/>, as long as there is another.
/// </summary>
/// <param name="maxBytes">As messages. What tasks share in memory counts for each of them.</param>
/// <param name="changed">Called after every change.</param>
internal sealed class TaskHistory(int max, long maxBytes, Action changed)
{
    private readonly BlockTable<TaskModel> _tasks = new();
    private readonly Dictionary<TaskId, int> _counts = [];
    private readonly Dictionary<AgentId, int> _byAgent = [];
    private long _bytes;

    public int Count => _tasks.Count;

    public bool Contains(TaskId id) => _counts.ContainsKey(id);

    public TaskModel? Find(TaskId id) => Contains(id) ? _tasks.Slots.Select(BlockTable<TaskModel>.Read).Last(task => task.Id == id) : null;

    public void Add(TaskModel task)
    {
        if (max == 0)
        {
            return;
        }
        var bytes = SizeOf(task);
        while (_tasks.First is { } oldest && (_tasks.Count == max || _bytes + bytes > maxBytes))
        {
            Forget(oldest);
        }
        _bytes += bytes;
        _tasks.Add(new Entry(bytes), task);
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
        _bytes -= ((Entry)slot).Bytes;
        if (--_counts[task.Id] == 0)
        {
            _counts.Remove(task.Id);
        }
        if (--_byAgent[task.Agent] == 0)
        {
            _byAgent.Remove(task.Agent);
        }
    }

    private static long SizeOf(TaskModel task)
    {
        long bytes = task.Spec.CalculateSize();
        foreach (var status in task.Statuses)
        {
            bytes += status.CalculateSize();
        }
        return bytes;
    }

    private sealed class Entry(long bytes) : Slot<TaskModel>
    {
        public long Bytes { get; } = bytes;
    }
}
