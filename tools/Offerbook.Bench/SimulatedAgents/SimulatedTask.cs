using Google.Protobuf;
using Mesos.V1;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>A task that nobody runs. <paramref name="launched"/> is null for one that the fleet began with.</summary>
internal sealed class SimulatedTask(string framework, string id, TaskInfo? launched)
{
    public string Framework => framework;

    public string Id => id;

    public TaskInfo? Launched => launched;

    public TaskState State { get; set; } = TaskState.TaskRunning;

    /// <summary>The update that awaits its acknowledgement; null when none does.</summary>
    public ByteString? Awaited { get; set; }

    public TaskState AwaitedState { get; set; }

    /// <summary>The state that it is to report next, once what it awaits has come.</summary>
    public TaskState? Next { get; set; }

    /// <summary>What an agent runs from the beginning; the tasks belong to the frameworks in turns.</summary>
    public static IEnumerable<SimulatedTask> Of(int agent, int tasks, int frameworks) => Enumerable.Range(0, tasks).Select(task =>
        new SimulatedTask(AgentReports.FrameworkOf(task % frameworks), $"shop_web.instance-{agent:d6}-{task}", null));
}
