using Mesos.V1;
using Offerbook.Agent.Executors;

namespace Offerbook.Agent.Tasks;

/// <summary>A framework that has tasks here, or had some that are still remembered.</summary>
internal sealed class FrameworkRecord(FrameworkInfo info)
{
    public FrameworkInfo Info { get; set; } = info;

    /// <summary>Tasks that the agent holds.</summary>
    public int LiveTasks { get; set; }

    public int LiveExecutors { get; set; }

    /// <summary>Nothing of it runs here and nothing waits for an acknowledgement.</summary>
    public bool Idle => LiveTasks == 0 && LiveExecutors == 0;

    /// <summary>When the last task was forgotten; orders idle frameworks.</summary>
    public long IdleSinceNanoseconds { get; set; }

    /// <summary>Oldest first.</summary>
    public Queue<FinishedTask> Finished { get; } = new();

    /// <summary>Oldest first.</summary>
    public Queue<FinishedExecutor> FinishedExecutors { get; } = new();
}
