using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Batch.Core;
using Offerbook.Batch.Jobs;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Workload;
using OperatorCall = Mesos.V1.Master.Call;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// No acknowledged job is lost, and what Batch says of runs is what happened on the machines: a run that it calls finished ended once
/// with 0, one attempt of a run at a time unless the others were given up, no attempt after a success.
/// </summary>
public sealed class JobsLedger
{
    private readonly SimCluster _cluster;
    private readonly IReadOnlyList<JobRequest> _jobs;
    private readonly Dictionary<(long Job, int Run), string> _successes = [];

    /// <summary>
    /// Runs that succeeded on a machine whose disk or power was lost afterwards, or whose agent an operator gave up for good, perhaps
    /// before anyone had heard of it.
    /// </summary>
    private readonly HashSet<(long Job, int Run)> _excused = [];

    /// <summary>What began before that may end without anybody hearing of it.</summary>
    private TimeSpan _givenUpAt = TimeSpan.MinValue;

    public JobsLedger(SimCluster cluster, IReadOnlyList<JobRequest> jobs)
    {
        (_cluster, _jobs) = (cluster, jobs);
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += Begin;
            machine.Containers.Finished += container => Finish(machine.Name, container);
            machine.Containers.Wiped += () => Excuse(machine.Name);
            machine.Containers.Lost += Excuse;
        }
    }

    private void Excuse(SimContainer container)
    {
        if (Name(container) is { } name)
        {
            _excused.Add((name.Serial, name.Run));
        }
    }

    private void Excuse(string machine) => _excused.UnionWith(_successes.Where(item => item.Value == machine).Select(item => item.Key));

    /// <summary>An operator says that agents are gone: what they have not reported yet will never be known.</summary>
    public void GiveUp(OperatorCall call)
    {
        if (call.MarkAgentGone is not null || call.DrainAgent is { MarkGone: true } || call.StartMaintenance is not null)
        {
            _cluster.Machines.ForEach(machine => Excuse(machine.Name));
            _givenUpAt = _cluster.World.Elapsed;
        }
    }

    /// <summary>Jobs that have come to an end.</summary>
    public int Ended => State is { } state ? state.Jobs.Count - state.Active.Count : 0;

    private BatchState? State => (_cluster.Batch.Core as BatchCore)?.State;

    private void Begin(SimContainer container)
    {
        if (Name(container) is { } name)
        {
            var run = (name.Serial, name.Run);
            Invariant.Check(!_successes.ContainsKey(run) || _excused.Contains(run),
                $"I13: {container.Task} starts after its run has succeeded");
        }
    }

    private void Finish(string machine, SimContainer container)
    {
        if (container.Exit is ContainerExit.Exited { Code: 0 } && Name(container) is { } name)
        {
            var run = (name.Serial, name.Run);
            if (container.Started <= _givenUpAt)
            {
                _excused.Add(run);
            }
            Invariant.Check(_successes.TryAdd(run, machine) || _excused.Contains(run),
                $"I13: run {name.Run} of {name.Job} succeeds once more, as {container.Task}");
        }
    }

    /// <summary>
    /// Null for the containers of other frameworks. Batch's are known by the names of the jobs that were asked for: an id of the framework that
    /// a term was given and did not live to write down is nobody's.
    /// </summary>
    private TaskName? Name(SimContainer container) =>
        TaskName.TryParse(container.Task.Value, out var name) && _jobs.Any(job => job.Id == name.Job) ? name : null;

    public void Check()
    {
        if (State is not { } state || _cluster.Batch.Holder?.IsNewest == false)
        {
            return;
        }
        foreach (var promised in _jobs)
        {
            var job = state.Find(promised.Id);
            Invariant.Check(job is not null || !promised.Acknowledged, $"I1: {promised.Id} was acknowledged and is not there");
            if (job is not null)
            {
                Check(promised, job);
            }
        }
    }

    private void Check(JobRequest promised, Job job)
    {
        Invariant.Check(job.Spec.Count == promised.Count, $"I1: {promised.Id} has {job.Spec.Count} runs instead of {promised.Count}");
        Invariant.Check(promised.StopAsked || !job.IsStopping, $"I1: {promised.Id} is stopped though nobody asked for it");
        var finished = job.Count(RunState.Finished);
        Invariant.Check(finished == 0 || promised.ExitCode == 0,
            $"I13: {finished} runs of {promised.Id} are called finished, but they all fail");
        for (var run = 0; run < job.Spec.Count && finished > 0; run++)
        {
            if (job.Find(run) is { State: RunState.Finished })
            {
                Invariant.Check(_successes.ContainsKey((job.Serial, run)),
                    $"I13: run {run} of {promised.Id} is called finished, but never ended with 0");
            }
        }
    }

    public string? WhyNotEnded()
    {
        if (State is { Active.Count: > 0 } state)
        {
            var job = state.Active.First().Value;
            return $"{job.Spec.Id} is {job.State}: {job.Waiting} runs wait, {job.Active} are active";
        }
        Check();
        return null;
    }
}
