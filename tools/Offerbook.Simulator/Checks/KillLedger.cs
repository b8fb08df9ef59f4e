using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Client.Scheduling;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using OperatorCall = Mesos.V1.Master.Call;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// No task is killed without cause. Apps kills what its state has decided to be rid of, or does not know. A master tells an agent to
/// kill what its framework asked to have killed, of whichever master, what is of a framework that is gone, what was given up or asked
/// to be drained, and what an agent brings back that some master had called lost.
/// </summary>
public sealed class KillLedger
{
    private readonly HashSet<TaskKey> _asked = [];
    private readonly HashSet<string> _givenUp = [];
    private readonly HashSet<FrameworkId> _gone = [];
    private bool _operatorsKill;

    public KillLedger(SimCluster cluster)
    {
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.Emitted += effect => Judge(apps, effect);
        }
        foreach (var master in cluster.Masters.Nodes)
        {
            master.Received += Hear;
            master.Emitted += effect => Judge(master, effect);
        }
    }

    /// <summary>Kills that masters have passed on.</summary>
    public long Kills { get; private set; }

    private static void Judge(SimNode<AppsMessage> apps, IEffect effect)
    {
        if (effect is CallMaster { Call: { Type: Call.Types.Type.Kill, Kill: { } kill } } && apps.Core is AppsCore core)
        {
            var instance = core.State.Instances.All.FirstOrDefault(item => item.Task.Value == kill.TaskId.Value);
            Invariant.Check(instance is null or { MustDie: true } || instance.Goal != Goal.Running,
                $"I22: {apps.Name} kills {kill.TaskId.Value}, which it wants to run");
        }
    }

    private void Hear(MasterMessage message)
    {
        switch (message)
        {
            case MasterMessage.SchedulerCallReceived { Call: { Type: Call.Types.Type.Kill, FrameworkId: { } framework } call }:
                _asked.Add(new TaskKey(FrameworkId.From(framework), TaskId.From(call.Kill.TaskId)));
                break;
            case MasterMessage.SchedulerCallReceived { Call: { Type: Call.Types.Type.Teardown, FrameworkId: { } framework } }:
                _gone.Add(FrameworkId.From(framework));
                break;
            case MasterMessage.OperatorCallReceived { Call: { } call }:
                _operatorsKill |= IsDisruptive(call);
                break;
        }
    }

    private static bool IsDisruptive(OperatorCall call) =>
        call.DrainAgent is not null || call.MarkAgentGone is not null || call.StartMaintenance is not null || call.Teardown is not null;

    private void Judge(SimNode<MasterMessage> master, IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.SendToScheduler { Event: { Type: Event.Types.Type.Update, Update.Status: { } status } }
                when IsGivenUp(status.State):
                _givenUp.Add(status.TaskId.Value);
                break;
            case MasterEffect.SendAllToScheduler { Events: { } answers }:
                foreach (var answer in answers.Where(answer => answer.Update?.Status is { } told && IsGivenUp(told.State)))
                {
                    _givenUp.Add(answer.Update.Status.TaskId.Value);
                }
                break;
            case MasterEffect.SendToAgent { Event: { Type: AgentEventType.Kill, Kill: { } kill } }:
                Kills++;
                var key = new TaskKey(FrameworkId.From(kill.FrameworkId), TaskId.From(kill.TaskId));
                Invariant.Check(_asked.Contains(key) || _givenUp.Contains(kill.TaskId.Value) || _gone.Contains(key.Framework)
                    || _operatorsKill
                    || !((MasterCore)master.Core!).View(master.Clock.Now).Frameworks.Any(known => known.Id == key.Framework),
                    $"I22: {master.Name} has {key} killed, and nobody wanted that");
                break;
        }
    }

    private static bool IsGivenUp(TaskState state) =>
        state is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling);
}
