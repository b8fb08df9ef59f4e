using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>An executor id is unique within its framework only.</summary>
public readonly record struct ExecutorKey(FrameworkId Framework, ExecutorId Executor) : IComparable<ExecutorKey>
{
    public int CompareTo(ExecutorKey other)
    {
        var byFramework = Framework.CompareTo(other.Framework);
        return byFramework != 0 ? byFramework : Executor.CompareTo(other.Executor);
    }
}
