using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Master;
using Mesos.V1.Quota;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Simulator.Workload;

/// <summary>
/// Operators who change quotas and weights, announce maintenance, and take agents out of service and put them back, some of it
/// nonsense. In the end they undo everything, however often they must ask.
/// </summary>
/// <param name="mean">Mean time between two calls.</param>
/// <param name="disruptive">Whether they also do what kills tasks: drain agents, take machines down, give agents up for good.</param>
public sealed class OperatorWorkload(SimCluster cluster, TimeSpan mean, bool disruptive)
{
    private static readonly string[] Roles = ["wild", "wild/a", "*", "batch", "nobody", "not//valid"];

    private readonly SeededRandom _random = cluster.World.Seeds.For("operators");
    private readonly OperatorClient _client = new(cluster);
    private bool _stopped;
    private int _underWay;

    /// <summary>Calls that were answered with 200.</summary>
    public int Taken { get; private set; }

    public int Refused { get; private set; }

    /// <summary>All is undone, as the master shows it.</summary>
    public bool IsDone => _stopped && _underWay == 0 && View is { } view && Undo(view) is null;

    /// <summary>What is to be undone next.</summary>
    public string Describe() => View is { } view ? $"{_underWay} calls are under way, next is {Undo(view)}" : "there is no master";

    private MasterView? View => (cluster.Master.Core as MasterCore)?.View(cluster.Master.Clock.Now);

    public void Start() => cluster.World.Schedule(_random.Exponential(_stopped ? TimeSpan.FromSeconds(5) : mean), null, () =>
    {
        if (View is { } view && (_stopped ? Undo(view) : Draw(view)) is { } call)
        {
            Send(call);
        }

        // Also when all is undone: an agent that was away may come back out of service.
        Start();
    });

    public void Stop() => _stopped = true;

    private void Send(Call call)
    {
        _underWay++;
        _client.Send(call, status =>
        {
            _underWay--;
            Taken += status is 200 or 202 ? 1 : 0;
            Refused += status is >= 400 ? 1 : 0;
        });
    }

    private Call Draw(MasterView view)
    {
        var agents = view.Agents.ToList();
        var agent = agents.Count == 0 || _random.Chance(0.05) ? null : _random.Pick(agents);
        var id = agent?.Id.ToProto() ?? new AgentID { Value = "no-such-agent" };
        return _random.Next(disruptive ? 12 : 8) switch
        {
            0 or 1 or 2 => Quota(),
            3 => Weights(),
            4 => Maintenance(view),
            5 => new Call { Type = Type.DeactivateAgent, DeactivateAgent = new Call.Types.DeactivateAgent { AgentId = id } },
            6 or 7 or 8 => new Call { Type = Type.ReactivateAgent, ReactivateAgent = new Call.Types.ReactivateAgent { AgentId = id } },
            9 => new Call { Type = Type.DrainAgent,
                DrainAgent = new Call.Types.DrainAgent { AgentId = id, MarkGone = _random.Chance(0.1) } },
            10 when _random.Chance(0.2) =>
                new Call { Type = Type.MarkAgentGone, MarkAgentGone = new Call.Types.MarkAgentGone { AgentId = id } },
            10 when Announced(view) is { Count: > 0 } announced => new Call
            {
                Type = Type.StartMaintenance, StartMaintenance = new Call.Types.StartMaintenance { Machines = { _random.Pick(announced) } },
            },
            _ when Down(view) is { Count: > 0 } down => Up(_random.Pick(down)),
            _ => Quota(),
        };
    }

    private Call Quota()
    {
        var config = new QuotaConfig { Role = _random.Pick(Roles) };
        foreach (var name in new[] { "cpus", "mem" })
        {
            var limit = _random.Between(0, name == "cpus" ? 12 : 12_000);
            if (_random.Chance(0.7))
            {
                config.Limits.Add(name, new Value.Types.Scalar { Value = limit });
            }
            if (_random.Chance(0.3))
            {
                config.Guarantees.Add(name, new Value.Types.Scalar { Value = _random.Between(0, limit + 1) });
            }
        }
        return new Call { Type = Type.UpdateQuota,
            UpdateQuota = new Call.Types.UpdateQuota { Force = _random.Chance(0.7), QuotaConfigs = { config } } };
    }

    private Call Weights() => new()
    {
        Type = Type.UpdateWeights,
        UpdateWeights = new Call.Types.UpdateWeights
        {
            WeightInfos = { new WeightInfo { Role = _random.Pick(Roles), Weight = _random.Pick<double>([0.5, 1, 1, 2, 10, 0]) } },
        },
    };

    /// <summary>Machines that are down must stay in every schedule.</summary>
    private Call Maintenance(MasterView view)
    {
        var schedule = new Schedule();
        var machines = _random.Chance(0.9) ? Down(view) : [];
        machines.AddRange(cluster.Machines.Where(_ => _random.Chance(0.3)).Select(Id).Where(id => !machines.Contains(id)));
        if (machines.Count > 0)
        {
            schedule.Windows.Add(new Window
            {
                MachineIds = { machines },
                Unavailability = new Unavailability
                {
                    Start = new TimeInfo { Nanoseconds = view.Taken.UnixNanoseconds + _random.Between(0, 600) * 1_000_000_000L },
                },
            });
        }
        return Announce(schedule);
    }

    private static Call Announce(Schedule schedule) => new()
    {
        Type = Type.UpdateMaintenanceSchedule, UpdateMaintenanceSchedule = new Call.Types.UpdateMaintenanceSchedule { Schedule = schedule },
    };

    private static Call Up(MachineID machine) =>
        new() { Type = Type.StopMaintenance, StopMaintenance = new Call.Types.StopMaintenance { Machines = { machine } } };

    private static List<MachineID> Down(MasterView view) => [.. view.Operator.Maintenance.DownMachines];

    private static List<MachineID> Announced(MasterView view) =>
        [.. view.Operator.Maintenance.DrainingMachines.Select(machine => machine.Id)];

    private MachineID Id(SimMachine machine) => new() { Hostname = machine.Name, Ip = cluster.Network.Host(machine.Name).Address };

    /// <summary>The next thing that must be undone; null when there is nothing.</summary>
    private static Call? Undo(MasterView view)
    {
        if (view.Operator.Quotas is [var quota, ..])
        {
            return new Call
            {
                Type = Type.UpdateQuota,
                UpdateQuota = new Call.Types.UpdateQuota { Force = true, QuotaConfigs = { new QuotaConfig { Role = quota.Role } } },
            };
        }
        if (Down(view) is [var machine, ..])
        {
            return Up(machine);
        }
        if (Announced(view).Count > 0)
        {
            return Announce(new Schedule());
        }
        return view.Agents.FirstOrDefault(agent => agent.Deactivated) is { } agent
            ? new Call { Type = Type.ReactivateAgent, ReactivateAgent = new Call.Types.ReactivateAgent { AgentId = agent.Id.ToProto() } }
            : view.Agents.Select(Free).FirstOrDefault(call => call is not null);
    }

    /// <summary>Takes back what frameworks have reserved of an agent, volumes first.</summary>
    private static Call? Free(AgentView agent)
    {
        // The volumes of apps are their framework's to give back.
        var reserved =
            ResourceBag.Of([.. agent.Total.Reserved().Where(entry => entry.Kind.ReservationRole != Kinds.AppKinds.ResidentRole)]);
        var id = agent.Id.ToProto();
        if (reserved.IsEmpty)
        {
            return null;
        }
        var volumes = reserved.PersistentVolumes();
        return volumes.IsEmpty
            ? new Call
            {
                Type = Type.UnreserveResources,
                UnreserveResources = new Call.Types.UnreserveResources { AgentId = id,
                    Resources = { reserved.ToProto(ResourceFormat.PostRefinement) } },
            }
            : new Call
            {
                Type = Type.DestroyVolumes,
                DestroyVolumes = new Call.Types.DestroyVolumes { AgentId = id,
                    Volumes = { volumes.ToProto(ResourceFormat.PostRefinement) } },
            };
    }
}
