using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>The last tasks of a framework that are over or out of reach, oldest first; the oldest is forgotten when there are more than <paramref name="max"/>.</summary>
internal sealed class TaskHistory(int max)
{
    private readonly Queue<TaskModel> _tasks = new();
    private readonly Dictionary<TaskId, int> _counts = [];

    public int Count => _tasks.Count;

    public bool Contains(TaskId id) => _counts.ContainsKey(id);

    public TaskModel? Find(TaskId id) => Contains(id) ? _tasks.Last(task => task.Id == id) : null;

    public void Add(TaskModel task)
    {
        if (max == 0)
        {
            return;
        }
        if (_tasks.Count == max)
        {
            Forget(_tasks.Dequeue().Id);
        }
        _tasks.Enqueue(task);
        _counts[task.Id] = _counts.GetValueOrDefault(task.Id) + 1;
    }

    /// <summary>Takes out every entry of the agent, for instance because it has returned.</summary>
    public IReadOnlyList<TaskModel> TakeOf(AgentId agent)
    {
        var taken = new List<TaskModel>();
        for (var left = _tasks.Count; left > 0; left--)
        {
            var task = _tasks.Dequeue();
            if (task.Agent == agent)
            {
                Forget(task.Id);
                taken.Add(task);
            }
            else
            {
                _tasks.Enqueue(task);
            }
        }
        return taken;
    }

    public TaskModel[] ToArray() => _tasks.ToArray();

    private void Forget(TaskId id)
    {
        if (--_counts[id] == 0)
        {
            _counts.Remove(id);
        }
    }
}
