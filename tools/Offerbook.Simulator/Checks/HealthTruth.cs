using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Machines;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Which tasks are well: what their containers would answer now, not what Apps believes. Apps can know of a change only some time
/// after it: from what it was told (updates, answers to its probes) follows what it may still believe, and for how long.
/// </summary>
public sealed class HealthTruth
{
    /// <summary>
    /// On top of a check's interval and timeout: that a process stood still for less than <see cref="Still"/> goes unnoticed here, and
    /// its clock may drift.
    /// </summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);

    /// <summary>Apps looks at its clocks every 5 s. When it has taken no message for longer it was not running.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(6);

    /// <summary>
    /// That a container has ended crosses a whole and idle cluster in milliseconds; agents, masters and links that fail may hold it up for
    /// long.
    /// </summary>
    private static readonly TimeSpan Crossing = TimeSpan.FromSeconds(5);

    private readonly SimWorld _world;
    private readonly Func<bool> _isDisturbed;
    private readonly Dictionary<string, SimContainer> _containers = [];
    private readonly Dictionary<string, TaskStatus> _told = [];
    private readonly Dictionary<(string Machine, int Port), (bool IsWell, TimeSpan At)> _answers = [];
    private readonly Dictionary<string, string> _machines = [];
    private TimeSpan _heard;
    private TimeSpan _since;

    /// <param name="isDisturbed">Whether news of an end may be held up on its way.</param>
    public HealthTruth(SimCluster cluster, Func<bool> isDisturbed)
    {
        (_world, _isDisturbed) = (cluster.World, isDisturbed);
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += container =>
                (_containers[container.Task.Value], _machines[container.Task.Value]) = (container, machine.Name);
        }
        foreach (var port in cluster.AppsPorts)
        {
            port.Answered = Answer;
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.Received += Hear;
            apps.Started += () => _since = _world.Elapsed;
        }
    }

    private void Answer(HealthProbe probe, ProbeResult result) =>
        _answers[(probe.Host, probe.Port)] = (result is not ProbeResult.NoAnswer, _world.Elapsed);

    private void Hear(AppsMessage message)
    {
        if (_world.Elapsed - _heard > Still)
        {
            _since = _world.Elapsed;
        }
        _heard = _world.Elapsed;
        if (message is AppsMessage.MasterSignalled { Signal: SchedulerSignal.EventReceived { Event.Update.Status: { } status } })
        {
            _told[status.TaskId.Value] = status;
        }
    }

    /// <summary>It runs, and a check that is made now succeeds.</summary>
    public bool IsWell(string task, RunSpec app) =>
        _containers.TryGetValue(task, out var container)
            && (app.HealthChecks.Count == 0 ? container.IsRunning : container.IsHealthy(_world.Elapsed));

    /// <summary>Apps was last told that it runs, and that its check succeeds.</summary>
    public bool IsKnownToBeWell(string task, RunSpec app) =>
        _told.TryGetValue(task, out var status) && status.State == TaskState.TaskRunning
        && app.HealthChecks.All(check => check.IsMadeByAgent ? status.Healthy : LastAnswer(task) is { IsWell: true });

    /// <summary>
    /// It was well until it ended, which Apps has not been told and could not have found out: probes ask again within the check's
    /// interval and fail within its timeout, and an end is told at once by a cluster that nothing disturbs. Nothing excuses one that was
    /// never well.
    /// </summary>
    public bool MayBeThoughtWell(string task, RunSpec app)
    {
        if (!_containers.TryGetValue(task, out var container) || container is not { Ended: { } ended, Started: { } started }
            || (app.HealthChecks.Count > 0 && (container.Script.Sick || ended - started < container.Script.Ready))
            || !_told.TryGetValue(task, out var status) || status.State != TaskState.TaskRunning)
        {
            return false;
        }
        var probes = app.HealthChecks.Where(check => !check.IsMadeByAgent).ToList();
        if (probes.Count == 0)
        {
            return _world.Elapsed - ended <= Crossing || _isDisturbed();
        }
        var detection = TimeSpan.FromSeconds(probes.Max(check => check.IntervalSeconds + check.TimeoutSeconds)) + Slack;
        var known = ended > _since ? ended : _since;
        return _world.Elapsed - known <= detection && !(LastAnswer(task) is { IsWell: false } answer && answer.At > ended);
    }

    /// <summary>Whoever had the port before it has not answered for it.</summary>
    private (bool IsWell, TimeSpan At)? LastAnswer(string task) =>
        _containers.TryGetValue(task, out var container) && container.Ports.Count > 0
        && _answers.TryGetValue((_machines[task], container.Ports[0]), out var answer) && answer.At >= container.Started ? answer : null;
}
