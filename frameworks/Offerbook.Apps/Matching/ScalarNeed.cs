using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>How much of one scalar a launch takes.</summary>
internal readonly record struct ScalarNeed(string Name, RefusalReason Reason, Quantity Amount, Quantity Executor)
{
    public static IReadOnlyList<ScalarNeed> Of(AppDefinition app)
    {
        var executor = TaskBuilder.HasCustomExecutor(app) ? app.ExecutorResources : null;
        return
        [
            new ScalarNeed("cpus", RefusalReason.InsufficientCpus, app.Resources.Cpus, executor?.Cpus ?? Quantity.Zero),
            new ScalarNeed("mem", RefusalReason.InsufficientMemory, app.Resources.Mem, executor?.Mem ?? Quantity.Zero),
            new ScalarNeed("disk", RefusalReason.InsufficientDisk, app.Resources.Disk, executor?.Disk ?? Quantity.Zero),
            new ScalarNeed("gpus", RefusalReason.InsufficientGpus, Quantity.Of(app.Resources.Gpus), Quantity.Zero),
        ];
    }

    public Refusal? Refusal(AcceptedResources accepted)
    {
        var (wanted, offered) = (Amount + Executor, accepted.Available(Name));
        return offered < wanted ? new Refusal(Reason, Name, wanted.ToString(), offered.ToString()) : null;
    }
}
