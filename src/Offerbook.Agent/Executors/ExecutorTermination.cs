using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Text;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Executors;

/// <summary>What the end of a task is called that its executor did not report, because the executor itself has ended.</summary>
internal sealed record ExecutorTermination(TaskState State, Reason Reason, string Message)
{
    /// <summary>What it used too much of, when that is why it ended.</summary>
    public TaskResourceLimitation? Limitation { get; init; }

    /// <summary>The executor ended on its own.</summary>
    public static ExecutorTermination Of(ContainerExit exit)
    {
        var ending = Ending.Of(exit, null);
        return exit is ContainerExit.OverLimit or ContainerExit.Vanished
            ? new(TaskState.TaskFailed, ending.Reason!.Value, ending.Message) { Limitation = ending.Limitation }
            : new(TaskState.TaskFailed, Reason.ExecutorTerminated, "Executor terminated");
    }

    public static ExecutorTermination LaunchFailed(string why) => new(TaskState.TaskFailed, Reason.ContainerLaunchFailed, why);

    /// <summary>The agent died before the executor's container began, and it is not started now.</summary>
    public static ExecutorTermination NeverStarted(FrameworkInfo framework) =>
        new(framework.Dropped(), Reason.AgentRestarted, "Task launched during agent restart");

    public static ExecutorTermination NotRegistered(TimeSpan patience) =>
        new(TaskState.TaskFailed, Reason.ExecutorRegistrationTimeout, $"Executor did not register within {DurationText.Of(patience)}");

    public static ExecutorTermination NotReregistered(FrameworkInfo framework, TimeSpan patience) =>
        new(framework.Gone(), Reason.ExecutorReregistrationTimeout, $"Executor did not reregister within {DurationText.Of(patience)}");

    public static ExecutorTermination NotCheckpointed(FrameworkInfo framework) =>
        new(framework.Gone(), Reason.AgentRestarted,
            "The agent was restarted, and the framework does not checkpoint: its executors do not outlive an agent");
}
