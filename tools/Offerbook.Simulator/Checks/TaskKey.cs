using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks;

/// <summary>A task id is unique within its framework.</summary>
public readonly record struct TaskKey(FrameworkId Framework, TaskId Task)
{
    public override string ToString() => Task.Value;
}
