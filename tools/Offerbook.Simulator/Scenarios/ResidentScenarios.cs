using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Master;
using Offerbook.Agent;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Workload.Kinds;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Simulator.Scenarios;

/// <summary>Machines that come and go with the volumes of instances.</summary>
internal static class ResidentScenarios
{
    private static readonly string App = AppKinds.Residents[0];

    /// <summary>The agent has another id afterwards, and what it kept is not left over.</summary>
    public static void DownForMaintenance(Scenario story)
    {
        var (machine, agent, volume) = Begin(story);
        var id = new MachineID { Hostname = machine.Name, Ip = story.Cluster.Network.Host(machine.Name).Address };
        story.Order(new Call { Type = Type.UpdateMaintenanceSchedule, UpdateMaintenanceSchedule = new()
        {
            Schedule = new Schedule { Windows = { new Window { MachineIds = { id }, Unavailability = new Unavailability
            {
                Start = new TimeInfo { Nanoseconds = 0 },
            } } } },
        } });
        story.Order(new Call { Type = Type.StartMaintenance, StartMaintenance = new() { Machines = { id } } });
        story.Until("the instance has ended", () => story.Running(App).Count == 0);
        story.Seconds(120);
        story.Require(story.Running(App).Count == 0, "the instance waits for its volume");
        story.Order(new Call { Type = Type.StopMaintenance, StopMaintenance = new() { Machines = { id } } });
        story.Until("the instance runs again", () => story.Running(App).Count == 1, 300);
        story.Require(AgentOf(machine) != agent, "the agent has another id");
        story.Require(machine.Volumes.Find(volume.Path) == volume.Number, "the instance has the volume that it had");
        story.UntilConverged();
    }

    /// <summary>Nobody but an operator knows that the old disk does not come back.</summary>
    public static void DiskReplaced(Scenario story)
    {
        var (machine, agent, _) = Begin(story);
        machine.Replace();
        story.Seconds(5);
        machine.Agent.Start();
        story.Until("the machine has another agent", () => AgentOf(machine) is { } present && present != agent);
        story.Seconds(300);
        story.Require(story.Running(App).Count == 0, "the instance waits for its volume");
        story.Order(new Call { Type = Type.MarkAgentGone, MarkAgentGone = new() { AgentId = agent.ToProto() } });
        story.Until("another instance runs", () => story.Running(App).Count == 1);
        story.UntilConverged();
    }

    private static (SimMachine Machine, AgentId Agent, (string Path, int? Number) Volume) Begin(Scenario story)
    {
        story.PutResident(App, instances: 1);
        story.UntilConverged();
        var machine = story.MachineOf(story.Running(App)[0]);
        var path = machine.Volumes.All.Single();
        return (machine, AgentOf(machine)!.Value, (path, machine.Volumes.Find(path)));
    }

    private static AgentId? AgentOf(SimMachine machine) => (machine.Agent.Core as AgentCore)?.View().Id;
}
