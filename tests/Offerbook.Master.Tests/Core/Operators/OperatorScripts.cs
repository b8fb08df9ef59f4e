using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Quota;
using OperatorCall = Mesos.V1.Master.Call;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>What operators do in tests, each as one call.</summary>
internal static class OperatorScripts
{
    public static MasterEffect.Answer Drain(this MasterHarness master, AgentID agent, double? graceSeconds = null, bool markGone = false)
    {
        var call = new OperatorCall { Type = Type.DrainAgent, DrainAgent = new() { AgentId = agent, MarkGone = markGone } };
        if (graceSeconds is { } seconds)
        {
            call.DrainAgent.MaxGracePeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
        }
        return master.Operate(call);
    }

    public static MasterEffect.Answer Deactivate(this MasterHarness master, AgentID agent) =>
        master.Operate(new OperatorCall { Type = Type.DeactivateAgent, DeactivateAgent = new() { AgentId = agent } });

    public static MasterEffect.Answer Reactivate(this MasterHarness master, AgentID agent) =>
        master.Operate(new OperatorCall { Type = Type.ReactivateAgent, ReactivateAgent = new() { AgentId = agent } });

    public static MasterEffect.Answer MarkGone(this MasterHarness master, AgentID agent) =>
        master.Operate(new OperatorCall { Type = Type.MarkAgentGone, MarkAgentGone = new() { AgentId = agent } });

    public static MasterEffect.Answer UpdateQuota(this MasterHarness master, bool force, params QuotaConfig[] configs)
    {
        var call = new OperatorCall { Type = Type.UpdateQuota, UpdateQuota = new() { Force = force } };
        call.UpdateQuota.QuotaConfigs.Add(configs);
        return master.Operate(call);
    }

    public static QuotaConfig Quota(string role, (string Name, double Amount)[] guarantees, (string Name, double Amount)[] limits)
    {
        var config = new QuotaConfig { Role = role };
        foreach (var (name, amount) in guarantees)
        {
            config.Guarantees[name] = new Value.Types.Scalar { Value = amount };
        }
        foreach (var (name, amount) in limits)
        {
            config.Limits[name] = new Value.Types.Scalar { Value = amount };
        }
        return config;
    }

    public static MasterEffect.Answer SetQuota(this MasterHarness master, string role, bool force, params Resource[] guarantee)
    {
        var call = new OperatorCall { Type = Type.SetQuota,
            SetQuota = new() { QuotaRequest = new QuotaRequest { Role = role, Force = force } } };
        call.SetQuota.QuotaRequest.Guarantee.Add(guarantee);
        return master.Operate(call);
    }

    public static MasterEffect.Answer RemoveQuota(this MasterHarness master, string role) =>
        master.Operate(new OperatorCall { Type = Type.RemoveQuota, RemoveQuota = new() { Role = role } });

    public static MasterEffect.Answer UpdateWeights(this MasterHarness master, params (string Role, double Weight)[] weights)
    {
        var call = new OperatorCall { Type = Type.UpdateWeights, UpdateWeights = new() };
        call.UpdateWeights.WeightInfos.Add(weights.Select(weight => new WeightInfo { Role = weight.Role, Weight = weight.Weight }));
        return master.Operate(call);
    }

    public static MasterEffect.Answer Schedule(this MasterHarness master, params Window[] windows)
    {
        var call = new OperatorCall { Type = Type.UpdateMaintenanceSchedule,
            UpdateMaintenanceSchedule = new() { Schedule = new Schedule() } };
        call.UpdateMaintenanceSchedule.Schedule.Windows.Add(windows);
        return master.Operate(call);
    }

    public static Window Window(long startSeconds, params MachineID[] machines)
    {
        var window = new Window { Unavailability = Unavailability(startSeconds) };
        window.MachineIds.Add(machines);
        return window;
    }

    public static Unavailability Unavailability(long startSeconds, long? durationSeconds = null) => new()
    {
        Start = new TimeInfo { Nanoseconds = startSeconds * 1_000_000_000 },
        Duration = durationSeconds is { } seconds ? new DurationInfo { Nanoseconds = seconds * 1_000_000_000 } : null,
    };

    public static MachineID Machine(string hostname, string ip) => new() { Hostname = hostname, Ip = ip };

    public static MasterEffect.Answer Down(this MasterHarness master, params MachineID[] machines)
    {
        var call = new OperatorCall { Type = Type.StartMaintenance, StartMaintenance = new() };
        call.StartMaintenance.Machines.Add(machines);
        return master.Operate(call);
    }

    public static MasterEffect.Answer Up(this MasterHarness master, params MachineID[] machines)
    {
        var call = new OperatorCall { Type = Type.StopMaintenance, StopMaintenance = new() };
        call.StopMaintenance.Machines.Add(machines);
        return master.Operate(call);
    }

    /// <summary>That answers 200 without a text.</summary>
    public static void Succeeds(MasterEffect.Answer answer) => Assert.That((answer.Status, answer.Text), Is.EqualTo((200, "")));

    public static void Fails(MasterEffect.Answer answer, int status, string text) =>
        Assert.That((answer.Status, answer.Text), Is.EqualTo((status, text)));
}
