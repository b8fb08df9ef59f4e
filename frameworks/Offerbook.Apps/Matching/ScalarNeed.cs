using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>How much of one scalar a launch takes.</summary>
internal readonly record struct ScalarNeed(string Name, RefusalReason Reason, Quantity Amount, Quantity Executor)
{
    public static IReadOnlyList<ScalarNeed> Of(RunSpec spec) => spec is PodDefinition pod ? Of(pod) : Of((AppDefinition)spec);

    private static IReadOnlyList<ScalarNeed> Of(PodDefinition pod)
    {
        var (containers, executor) = (pod.Containers, pod.EffectiveExecutorResources);
        Quantity Sum(Func<InstanceResources, Quantity> amount) => new(containers.Sum(container => amount(container.Resources).Milli));
        return
        [
            new ScalarNeed("cpus", RefusalReason.InsufficientCpus, Sum(resources => resources.Cpus), executor.Cpus),
            new ScalarNeed("mem", RefusalReason.InsufficientMemory, Sum(resources => resources.Mem), executor.Mem),
            new ScalarNeed("disk", RefusalReason.InsufficientDisk, Sum(resources => resources.Disk), executor.Disk),
            new ScalarNeed("gpus", RefusalReason.InsufficientGpus, Quantity.Of(pod.Gpus), Quantity.Zero),
        ];
    }

    private static IReadOnlyList<ScalarNeed> Of(AppDefinition app)
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
