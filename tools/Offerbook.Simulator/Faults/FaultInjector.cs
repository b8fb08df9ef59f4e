using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Faults;

/// <summary>Makes the faults of a plan strike until it is told to stop; then mends everything. Its draws are its own.</summary>
public sealed class FaultInjector
{
    private readonly SimCluster _cluster;
    private readonly FaultPlan _plan;
    private readonly SeededRandom _random;
    private readonly ElectionFaults? _elections;
    private bool _stopped;
    private TimeSpan? _last;

    public FaultInjector(SimCluster cluster, FaultPlan plan)
    {
        (_cluster, _plan) = (cluster, plan);
        _random = cluster.World.Seeds.For("faults");
        _elections = cluster.Store is null ? null : new ElectionFaults(cluster, plan, cluster.World.Seeds.For("faults of elections"));
        cluster.Network.NewLink = link =>
        {
            link.DelayMean = _stopped ? TimeSpan.FromMilliseconds(1) : plan.Delay;
            link.ResetRate = _stopped ? 0 : plan.FrameResetRate;
        };
    }

    /// <summary>How many faults have struck.</summary>
    public int Struck { get; private set; }

    /// <summary>
    /// What the last of them did to the news of the cluster may not be over: they are repeated after 10 minutes at the latest.
    /// </summary>
    public bool HaveStruckLately =>
        _plan.FrameResetRate > 0 || _plan.FlushErrorRate > 0 || _last is { } last
            && _cluster.World.Elapsed - last < TimeSpan.FromMinutes(15);

    public void Start()
    {
        foreach (var process in _cluster.Processes)
        {
            process.Disk.FlushErrorRate = _plan.FlushErrorRate;
        }
        foreach (var machine in _cluster.Machines)
        {
            machine.Containers.LaunchFailureRate = _plan.LaunchFailureRate;
        }
        Every(_plan.MasterCrashesPerMinute, () => _cluster.Bounce(AnyMaster(), Downtime()));
        Every(_plan.AgentCrashesPerMinute, () => _cluster.Bounce(_random.Pick(_cluster.Machines).Agent, Downtime()));
        Every(_plan.FrameworkCrashesPerMinute, () => _cluster.Bounce(_random.Pick(_cluster.Frameworks), Downtime()));
        Every(_plan.ClusterCrashesPerMinute, CrashCluster);
        Every(_plan.RebootsPerMinute, () => PowerCycle(machine => machine.Reboot()));
        Every(_plan.ReplacementsPerMinute, () => PowerCycle(machine => machine.Replace()));
        Every(_plan.ContainerCrashesPerMinute, CrashContainer);
        Every(_plan.PausesPerMinute, () => AnyProcess().Pause(_random.Exponential(TimeSpan.FromSeconds(10))));
        Every(_plan.PartitionsPerMinute, () =>
        {
            var (one, other) = TwoHosts();
            _cluster.Network.Cut(one, other, CutDuration());
        });
        Every(_plan.OneWayCutsPerMinute, () =>
        {
            var (one, other) = TwoHosts();
            _cluster.Network.Link(one, other).Cut(CutDuration());
        });
        Every(_plan.ResetsPerMinute, () =>
        {
            var (one, other) = TwoHosts();
            _cluster.Network.ResetConnections(one, other);
        });
        Every(_plan.ClogsPerMinute, () =>
        {
            var (one, other) = TwoHosts();
            _cluster.Network.Link(one, other).Clog(_random.Exponential(TimeSpan.FromSeconds(5)));
        });
        Every(_plan.ClockStepsPerMinute, StepClock);
        Every(_plan.SlowDisksPerMinute, SlowDisk);
        Every(_plan.FullDisksPerMinute, FillDisk);
        Every(_plan.EngineHangsPerMinute, () => AnyEngine().Engine.Hang(_random.Exponential(TimeSpan.FromSeconds(20))));
        Every(_plan.EngineRestartsPerMinute,
            () => AnyEngine().RestartEngine(_random.Exponential(TimeSpan.FromSeconds(5)), _random.Chance(0.5)));
        Every(_plan.SlowPullsPerMinute, SlowPulls);
        _elections?.Start(Every, Downtime);
        KeepDeadDisksRestarting();
    }

    /// <summary>The end of all faults: links whole, disks well, clocks right, every process started again.</summary>
    public void Stop()
    {
        _stopped = true;
        _cluster.World.Note("faults stop");
        _elections?.Stop();
        _cluster.Network.Mend();
        foreach (var link in _cluster.Network.Links)
        {
            link.DelayMean = TimeSpan.FromMilliseconds(1);
        }
        foreach (var machine in _cluster.Machines)
        {
            machine.Containers.LaunchFailureRate = 0;
            machine.Containers.StartMean = SimContainers.UsualStartMean;
        }
        foreach (var process in _cluster.Processes)
        {
            process.Disk.Full = false;
            process.Disk.FlushErrorRate = 0;
            process.Disk.FlushMean = TimeSpan.FromMilliseconds(4);
            process.Clock.WallOffset = TimeSpan.Zero;
            process.Clock.Drift = 0;
            if (!process.IsUp)
            {
                process.Start();
            }
        }
    }

    private void Every(double perMinute, Action strike)
    {
        if (perMinute <= 0)
        {
            return;
        }
        _cluster.World.Schedule(_random.Exponential(TimeSpan.FromMinutes(1 / perMinute)), null, () =>
        {
            if (!_stopped)
            {
                Struck++;
                _last = _cluster.World.Elapsed;
                strike();
                Every(perMinute, strike);
            }
        });
    }

    /// <summary>A process that dies of its disk is started again by whatever supervises it, every few seconds, until it stays up.</summary>
    private void KeepDeadDisksRestarting() => _cluster.World.Schedule(TimeSpan.FromSeconds(5), null, () =>
    {
        if (_stopped)
        {
            return;
        }
        foreach (var process in _cluster.Processes)
        {
            if (!process.IsUp && process.DiedOfItsDisk)
            {
                process.Start();
            }
        }
        KeepDeadDisksRestarting();
    });

    private void CrashCluster()
    {
        foreach (var process in _cluster.Processes)
        {
            process.Crash("the whole cluster is killed");
        }
        foreach (var process in _cluster.Processes)
        {
            _cluster.StartLater(process, Downtime());
        }
    }

    private void PowerCycle(Action<SimMachine> cycle)
    {
        var machine = _random.Pick(_cluster.Machines);
        cycle(machine);
        _cluster.StartLater(machine.Agent, _random.Between(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(3)));
    }

    private void CrashContainer()
    {
        var running = _cluster.Machines.SelectMany(machine => machine.Containers.All.Where(container => container.IsRunning)
            .Select(container => (machine.Containers, container))).ToList();
        if (running.Count == 0)
        {
            return;
        }
        var (containers, victim) = _random.Pick(running);
        ContainerExit exit = _random.Next(3) switch
        {
            0 => new ContainerExit.Exited(1),
            1 => new ContainerExit.Signaled(9),
            _ => new ContainerExit.Vanished("its supervisor was killed too"),
        };
        containers.End(victim, exit);
    }

    private void StepClock()
    {
        var process = AnyProcess();
        process.Clock.WallOffset = _random.Between(TimeSpan.FromHours(-1), TimeSpan.FromHours(1));
        _cluster.World.Note($"{process.Name}'s wall clock is off by {process.Clock.WallOffset}");
    }

    private void SlowDisk()
    {
        var process = AnyProcess();
        process.Disk.FlushMean = _random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        _cluster.World.Note($"{process.Name}'s disk becomes slow");
        _cluster.World.Schedule(_random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), null,
            () => process.Disk.FlushMean = TimeSpan.FromMilliseconds(4));
    }

    private void FillDisk()
    {
        var process = AnyProcess();
        process.Disk.Full = true;
        _cluster.World.Note($"{process.Name}'s disk is full");
        _cluster.World.Schedule(_random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), null, () => process.Disk.Full = false);
    }

    private void SlowPulls()
    {
        var engine = AnyEngine();
        engine.StartMean = _random.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        _cluster.World.Note($"containers on {engine.Machine} take {engine.StartMean} to start");
        _cluster.World.Schedule(_random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), null,
            () => engine.StartMean = SimContainers.UsualStartMean);
    }

    private SimContainers AnyEngine() => _random.Pick(_cluster.Machines).Containers;

    private SimProcess AnyMaster() => _cluster.Masters.Processes is [var only] ? only : _random.Pick(_cluster.Masters.Processes);

    private SimProcess AnyProcess() => _random.Pick(_cluster.Processes);

    /// <summary>Mostly a quick restart by a supervisor, at times a long one.</summary>
    private TimeSpan Downtime() => _random.Chance(0.8)
        ? _random.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10))
        : _random.Between(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(4));

    /// <summary>At least a few seconds, so that a cut has an effect; at times longer than an agent may be away.</summary>
    private TimeSpan CutDuration() => TimeSpan.FromSeconds(2) + (_random.Chance(0.7)
        ? _random.Exponential(TimeSpan.FromSeconds(15))
        : _random.Between(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)));

    private (string One, string Other) TwoHosts()
    {
        var one = _random.Chance(0.7) ? AnyMaster().Name : AnyProcess().Name;
        string other;
        do
        {
            other = _random.Pick(_cluster.Network.Hosts).Name;
        }
        while (other == one);
        return (one, other);
    }
}
