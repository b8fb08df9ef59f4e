using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Master;
using Mesos.V1.Quota;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Kit;

/// <summary>Operators' calls as scripts need them.</summary>
public static class OperatorCalls
{
    public static Call Reserve(AgentID agent, params Resource[] resources) =>
        new() { Type = Type.ReserveResources, ReserveResources = new() { AgentId = agent, Resources = { resources } } };

    public static Call Unreserve(AgentID agent, params Resource[] resources) =>
        new() { Type = Type.UnreserveResources, UnreserveResources = new() { AgentId = agent, Resources = { resources } } };

    public static Call CreateVolumes(AgentID agent, params Resource[] volumes) =>
        new() { Type = Type.CreateVolumes, CreateVolumes = new() { AgentId = agent, Volumes = { volumes } } };

    public static Call DestroyVolumes(AgentID agent, params Resource[] volumes) =>
        new() { Type = Type.DestroyVolumes, DestroyVolumes = new() { AgentId = agent, Volumes = { volumes } } };

    public static Call GrowVolume(AgentID agent, Resource volume, Resource addition) =>
        new() { Type = Type.GrowVolume, GrowVolume = new() { AgentId = agent, Volume = volume, Addition = addition } };

    public static Call ShrinkVolume(AgentID agent, Resource volume, double subtract) => new()
    {
        Type = Type.ShrinkVolume,
        ShrinkVolume = new() { AgentId = agent, Volume = volume, Subtract = new Value.Types.Scalar { Value = subtract } },
    };

    public static Call UpdateWeights(params (string Role, double Weight)[] weights)
    {
        var call = new Call { Type = Type.UpdateWeights, UpdateWeights = new() };
        call.UpdateWeights.WeightInfos.Add(weights.Select(pair => new WeightInfo { Role = pair.Role, Weight = pair.Weight }));
        return call;
    }

    public static Call UpdateQuota(bool force, params QuotaConfig[] configs) =>
        new() { Type = Type.UpdateQuota, UpdateQuota = new() { Force = force, QuotaConfigs = { configs } } };

    /// <summary>A role's guarantees and limits; none of both lifts its quota.</summary>
    public static QuotaConfig Quota(string role, (string Name, double Value)[]? guarantees = null,
        (string Name, double Value)[]? limits = null)
    {
        var config = new QuotaConfig { Role = role };
        foreach (var (name, value) in guarantees ?? [])
        {
            config.Guarantees[name] = new Value.Types.Scalar { Value = value };
        }
        foreach (var (name, value) in limits ?? [])
        {
            config.Limits[name] = new Value.Types.Scalar { Value = value };
        }
        return config;
    }

    public static Call UpdateSchedule(params Window[] windows) => new()
    {
        Type = Type.UpdateMaintenanceSchedule,
        UpdateMaintenanceSchedule = new() { Schedule = new Schedule { Windows = { windows } } },
    };

    /// <summary>A window that starts in the year 2050 and lasts for ever, or for so many nanoseconds.</summary>
    public static Window Window(MachineID[] machines, long? duration = null) => new()
    {
        MachineIds = { machines },
        Unavailability = new Unavailability
        {
            Start = new TimeInfo { Nanoseconds = 2_524_608_000_000_000_000 },
            Duration = duration is { } nanoseconds ? new DurationInfo { Nanoseconds = nanoseconds } : null,
        },
    };

    public static Call StartMaintenance(params MachineID[] machines) =>
        new() { Type = Type.StartMaintenance, StartMaintenance = new() { Machines = { machines } } };

    public static Call StopMaintenance(params MachineID[] machines) =>
        new() { Type = Type.StopMaintenance, StopMaintenance = new() { Machines = { machines } } };

    public static Call Drain(AgentID agent, bool markGone = false) =>
        new() { Type = Type.DrainAgent, DrainAgent = new() { AgentId = agent, MarkGone = markGone } };

    public static Call Deactivate(AgentID agent) => new() { Type = Type.DeactivateAgent, DeactivateAgent = new() { AgentId = agent } };

    public static Call Reactivate(AgentID agent) => new() { Type = Type.ReactivateAgent, ReactivateAgent = new() { AgentId = agent } };

    public static Call MarkGone(AgentID agent) => new() { Type = Type.MarkAgentGone, MarkAgentGone = new() { AgentId = agent } };

    public static Call Teardown(FrameworkID framework) => new() { Type = Type.Teardown, Teardown = new() { FrameworkId = framework } };
}
