using Mesos.V1;

namespace Offerbook.Agent.Tasks;

/// <summary>A framework that has tasks here, or had some that are still remembered.</summary>
internal sealed class FrameworkRecord(FrameworkInfo info)
{
    public FrameworkInfo Info { get; set; } = info;

    /// <summary>Tasks that the agent holds.</summary>
    public int LiveTasks { get; set; }

    /// <summary>When the last task was forgotten; orders idle frameworks.</summary>
    public long IdleSinceNanoseconds { get; set; }

    /// <summary>Oldest first.</summary>
    public Queue<FinishedTask> Finished { get; } = new();
}
