using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>
/// The live tasks of a framework, in the order in which they came. What is known of them can be taken at any moment for next to
/// nothing. While it is walked, no task may be added or removed.
/// </summary>
/// <param name="changed">Called after every change, also of a task.</param>
internal sealed class TaskTable(Action changed) : IReadOnlyCollection<LiveTask>
{
    private readonly Dictionary<TaskId, LiveTask> _index = [];
    private readonly BlockTable<TaskModel> _models = new();

    public int Count => _index.Count;

    public LiveTask? Find(TaskId id) => _index.GetValueOrDefault(id);

    public bool TryGet(TaskId id, [MaybeNullWhen(false)] out LiveTask task) => _index.TryGetValue(id, out task);

    public bool Contains(TaskId id) => _index.ContainsKey(id);

    /// <summary>Adds a task whose id is not there.</summary>
    public void Add(LiveTask task)
    {
        _index.Add(task.Id, task);
        _models.Add(task, task.Model);
        task.Table = this;
        changed();
    }

    public bool Remove(TaskId id)
    {
        if (!_index.Remove(id, out var task))
        {
            return false;
        }
        _models.Remove(task);
        task.Table = null;
        changed();
        return true;
    }

    /// <summary>A task of this table has changed.</summary>
    public void Renew(LiveTask task)
    {
        _models.Set(task, task.Model);
        changed();
    }

    /// <summary>What is known of the tasks at this moment.</summary>
    public BlockList<TaskModel> Take() => _models.Take();

    public IEnumerator<LiveTask> GetEnumerator()
    {
        foreach (var slot in _models.Slots)
        {
            yield return (LiveTask)slot;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
