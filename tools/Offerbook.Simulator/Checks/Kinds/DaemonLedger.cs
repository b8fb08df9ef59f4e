using System.Text.RegularExpressions;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Workload;
using Offerbook.Simulator.Workload.Kinds;
using AppDefinition = Offerbook.Apps.Specs.AppDefinition;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>
/// A daemon never has two tasks on one machine, and in the end it has one on each that its client's constraints name, and none
/// elsewhere. A task that Apps was told to be out of reach is given up: that it still runs is found when its agent is back, which may
/// be after its successor has begun.
/// </summary>
public sealed class DaemonLedger
{
    private readonly SimCluster _cluster;
    private readonly AppPromises _promises;
    private readonly HashSet<string> _givenUp = [];

    public DaemonLedger(SimCluster cluster, AppPromises promises)
    {
        (_cluster, _promises) = (cluster, promises);
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += container => Begin(machine, container);
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.Received += Hear;
        }
    }

    private void Hear(AppsMessage message)
    {
        if (message is AppsMessage.MasterSignalled { Signal: SchedulerSignal.EventReceived { Event.Update.Status: { } status } }
            && status.State is TaskState.TaskUnreachable or TaskState.TaskLost or TaskState.TaskUnknown or TaskState.TaskGone
                or TaskState.TaskGoneByOperator or TaskState.TaskDropped)
        {
            _givenUp.Add(status.TaskId.Value);
        }
    }

    private void Begin(SimMachine machine, SimContainer container)
    {
        if (!IsOfDaemon(container, out var app))
        {
            return;
        }
        foreach (var other in machine.Containers.All)
        {
            Invariant.Check(other == container || !other.IsRunning || !IsOfDaemon(other, out var its) || its != app
                || _givenUp.Contains(other.Task.Value),
                $"I24: {container.Task} begins on {machine.Name}, where {other.Task} still runs");
        }
    }

    /// <summary>Null when each daemon runs where it shall and nowhere else.</summary>
    public string? WhyNot()
    {
        foreach (var app in _cluster.AppsCore?.State.Root.Apps.Where(app => AppKinds.IsDaemon(app.Id)) ?? [])
        {
            foreach (var machine in _cluster.Machines)
            {
                var wanted = app.Instances > 0 && Suits(machine, app) ? 1 : 0;
                var there = machine.Containers.All.Count(container => container.IsRunning && IsOfDaemon(container, out var its)
                    && its == app.Id);
                if (there != wanted)
                {
                    return $"I24: {app.Id} runs {there} tasks on {machine.Name} and shall run {wanted}";
                }
            }
        }
        return null;
    }

    private bool Suits(SimMachine machine, AppDefinition app) =>
        _promises.Of(app.Id.ToString(), AppsReading.RevisionOf(app)).Place is not { } place
        || (place.Field == "rack"
            ? machine.Rack == place.Value : Regex.IsMatch(machine.Name, $"^({place.Value})$", RegexOptions.CultureInvariant));

    private static bool IsOfDaemon(SimContainer container, out PathId app)
    {
        var isTask = InstanceId.TryParseTask(container.Task.Value, out var instance, out _);
        app = instance.App;
        return isTask && AppKinds.IsDaemon(app);
    }
}
