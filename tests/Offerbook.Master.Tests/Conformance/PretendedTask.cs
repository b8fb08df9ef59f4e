using Mesos.V1;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>A task that an agent of a test pretends to run.</summary>
internal sealed record PretendedTask(FrameworkInfo Framework, TaskInfo Info, ExecutorID? Executor)
{
    /// <summary>The first is out and awaits its acknowledgement.</summary>
    public List<TaskStatus> Updates { get; } = [];

    public TaskState State { get; set; } = TaskState.TaskStaging;

    public bool IsOver { get; set; }

    public TaskID Id => Info.TaskId;

    /// <summary>
    /// As the agent lists it when it comes back: its latest state, and that of the update that awaits its acknowledgement.
    /// </summary>
    public Mesos.V1.Task Describe(AgentID agent) => new()
    {
        Name = Info.Name,
        TaskId = Id,
        FrameworkId = Framework.Id,
        AgentId = agent,
        ExecutorId = Executor,
        State = State,
        StatusUpdateState = Updates.Count > 0 ? Updates[0].State : State,
        Resources = { Info.Resources },
    };
}
