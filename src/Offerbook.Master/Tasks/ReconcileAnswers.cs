using System.Collections;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Frameworks;

namespace Offerbook.Master.Tasks;

/// <summary>
/// The answers to one RECONCILE, each made when the scheduler takes it: until then a task costs a reference, and asking about 100,000
/// holds the loop for as long as it takes to look at them. What is answered is what was known when it was asked for.
/// </summary>
internal sealed class ReconcileAnswers(Now now) : IReadOnlyList<SchedulerEvent>
{
    private readonly List<(TaskModel? Known, TaskStatus? Made)> _answers = [];

    public int Count => _answers.Count;

    public SchedulerEvent this[int index] =>
        SchedulerEvents.Update(_answers[index] is (null, { } made) ? made : LatestState(_answers[index].Known!));

    public void Add(TaskModel task) => _answers.Add((task, null));

    public void Add(TaskStatus status) => _answers.Add((null, status));

    public IEnumerator<SchedulerEvent> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The state last forwarded, which is the one that the framework's acknowledgements speak of.</summary>
    private TaskStatus LatestState(TaskModel task)
    {
        var status = MasterStatus.Make(now, task.Id, task.Agent, task.ForwardedState ?? task.State, Reason.Reconciliation,
            "Reconciliation: Latest task state");
        if (task.Statuses.LastOrDefault() is { } last)
        {
            if (last.HasHealthy)
            {
                status.Healthy = last.Healthy;
            }
            status.CheckStatus = last.CheckStatus;
            status.ContainerStatus = last.ContainerStatus;
        }
        return status;
    }
}
