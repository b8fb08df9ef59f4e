using Mesos.V1;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>
/// A task that the master holds for its framework on its agent: not yet over, or over without the framework having acknowledged it.
/// </summary>
internal sealed class LiveTask(TaskModel model) : Slot<TaskModel>
{
    public TaskModel Model
    {
        get;
        private set
        {
            field = value;
            Table?.Renew(this);
        }
    } = model;

    /// <summary>Where it is listed; null before and after.</summary>
    public TaskTable? Table { get; set; }

    /// <summary>Which of its agent's reports told of it first; 0: the master has launched it.</summary>
    public int LearnedFrom { get; init; }

    public TaskId Id => Model.Id;

    public FrameworkId Framework => Model.Framework;

    public AgentId Agent => Model.Agent;

    public TaskState State => Model.State;

    public bool IsTerminal => Model.IsTerminal;

    /// <summary>
    /// The end was reported, and so sent on to the framework and to operators who follow. An end may be known earlier: agents say what
    /// is latest ahead of the updates that wait for an acknowledgement.
    /// </summary>
    public bool IsEndTold => IsTerminal && Model.Statuses is [.., { } last] && TaskStates.IsTerminal(last.State);

    /// <summary>
    /// What the framework is to acknowledge says that the task is not where it was sent to. If the agent does not list the task, that
    /// was an answer to a question, which it repeats as long as it lives and does not write down.
    /// </summary>
    public bool EndsByAnswer => Model is { ForwardedState: TaskState.TaskDropped or TaskState.TaskLost, ForwardedUuid: not null };

    /// <summary>Moves the latest state forward; a step back is ignored.</summary>
    /// <returns>Whether the task has just become terminal.</returns>
    public bool Advance(TaskState state)
    {
        if (!TaskStates.CanMove(Model.State, state))
        {
            return false;
        }
        Model = Model with { State = state };
        return Model.IsTerminal;
    }

    /// <summary>Notes what the agent reported, which the framework is to acknowledge when it has a uuid.</summary>
    public void Note(TaskStatus status)
    {
        Model = Model.WithStatus(status);
        if (status.HasUuid && status.Uuid.Length > 0)
        {
            Model = Model with { ForwardedState = status.State, ForwardedUuid = status.Uuid };
        }
    }

    /// <summary>
    /// Takes over which update comes next, as the agent reports it, when none has come so far: to a question about the task the
    /// framework must not be told more than that, or the update would seem to go back.
    /// </summary>
    public void Await(MesosTask reported)
    {
        if (Model.ForwardedState is null && reported.HasStatusUpdateState)
        {
            Model = Model with { ForwardedState = reported.StatusUpdateState, ForwardedUuid = reported.HasStatusUpdateUuid
                ? reported.StatusUpdateUuid : null };
        }
    }

    public bool IsLastAcknowledgement(Google.Protobuf.ByteString uuid) =>
        Model.ForwardedUuid == uuid && Model.ForwardedState is { } state && TaskStates.IsTerminal(state);
}
