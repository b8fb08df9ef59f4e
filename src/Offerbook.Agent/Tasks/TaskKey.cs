using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tasks;

/// <summary>A task id is unique within its framework only.</summary>
public readonly record struct TaskKey(FrameworkId Framework, TaskId Task) : IComparable<TaskKey>
{
    public int CompareTo(TaskKey other)
    {
        var byFramework = Framework.CompareTo(other.Framework);
        return byFramework != 0 ? byFramework : Task.CompareTo(other.Task);
    }
}
