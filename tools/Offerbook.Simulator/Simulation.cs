using Offerbook.Actors;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Faults;
using Offerbook.Simulator.Workload;
using Offerbook.Simulator.Workload.Kinds;
using Offerbook.Simulator.Workload.Readers;
using Offerbook.Simulator.Workload.Trees;
using Offerbook.Simulator.Workload.Wild;

namespace Offerbook.Simulator;

/// <summary>
/// One run of one seed. First clients work and faults strike, with the invariants checked at every step; then both stop, and the
/// cluster must come to rest in the state that its clients were promised, and stay there.
/// </summary>
public sealed class Simulation
{
    /// <summary>After convergence nothing may change any more for so long.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(3);

    /// <summary>Generous for a small cluster: heartbeats, pings and health checks make a few hundred.</summary>
    private const int MaxEventsPerMinuteAtRest = 20_000;

    /// <summary>A run makes some tens of thousands; a loop that spins without moving time makes this many in seconds.</summary>
    private const int MaxEventsPerMinute = 1_000_000;

    private readonly SimulationOptions _options;
    private readonly SimCluster _cluster;
    private readonly FaultInjector _faults;
    private readonly AppsWorkload _apps;
    private readonly TreesWorkload? _trees;
    private readonly KindsWorkload? _kinds;
    private readonly JobsWorkload _jobs;
    private readonly ReadersWorkload? _readers;
    private readonly UpgradeWorkload? _upgrade;
    private readonly OperatorWorkload? _operators;
    private readonly List<WildFramework> _wild = [];
    private readonly Auditor _auditor;
    private readonly FaultPlan _plan;
    private TimeSpan _nextDeepCheck;
    private TimeSpan _healed;

    private Simulation(ulong seed, SimulationOptions options)
    {
        _options = options;
        var draws = new SeedSource(seed).For("plans");
        var clusterPlan = options.Cluster ?? ClusterPlan.Draw(draws);
        var elections = new SeedSource(seed).For("elections");
        if (options.Elections ?? (options.Cluster is null && elections.Chance(0.4)))
        {
            clusterPlan = clusterPlan.WithElections(elections);
            clusterPlan = options.Elections == true ? clusterPlan.WithAll() : clusterPlan;
        }
        _plan = options.Faults ?? FaultPlan.Draw(draws).WithEngineFaults(new SeedSource(seed).For("faults of engines"));
        if (options.Faults is null && clusterPlan.HasElections)
        {
            _plan = _plan.WithElectionFaults(new SeedSource(seed).For("kinds of faults of elections"));
        }
        _cluster = new SimCluster(seed, options.Mutation == Mutation.OverstateResources
            ? clusterPlan with { Overstatement = 10 } : clusterPlan);
        Mutations.Apply(options.Mutation, _cluster);
        _cluster.World.Trace.Listener = options.Watch;
        _faults = new FaultInjector(_cluster, _plan);
        if (options.Builds ?? new SeedSource(seed).For("whether there are two builds").Chance(0.3))
        {
            _upgrade = new UpgradeWorkload(_cluster);
        }
        var promises = new AppPromises();
        _apps = new AppsWorkload(_cluster, TimeSpan.FromSeconds(draws.Pick<double>([2, 5, 15, 40])), promises);
        if (options.AppsClients && (options.Trees ?? new SeedSource(seed).For("whether there are trees").Chance(0.5)))
        {
            _trees = new TreesWorkload(_cluster, _apps.Client, promises);
        }
        if (options.AppsClients && (options.Kinds ?? new SeedSource(seed).For("whether there are apps of other kinds").Chance(0.5)))
        {
            var kinds = new SeedSource(seed).For("what other kinds there are");
            var (pods, looks) = (kinds.Chance(0.5), kinds.Chance(0.5));
            _kinds = new KindsWorkload(_cluster, _apps.Client, promises, options.PodsWithVolumes ?? pods, options.Looks ?? looks);
        }
        _jobs = new JobsWorkload(_cluster, TimeSpan.FromSeconds(draws.Pick<double>([10, 30, 90])));
        var operators = new SeedSource(seed).For("whether there are operators");
        if (options.Operators ?? operators.Chance(0.4))
        {
            // What kills tasks would have to be excused by every promise about apps.
            _operators = new OperatorWorkload(_cluster, TimeSpan.FromSeconds(operators.Pick<double>([3, 10, 30])),
                disruptive: !options.AppsClients);
        }
        var drawn = draws.Pick<int>([0, 0, 1, 2]);
        for (var i = options.WildFrameworks ?? drawn; i > 0; i--)
        {
            _wild.Add(new WildFramework(_cluster, "wild-" + i, operates: _operators is not null));
        }
        _auditor = new Auditor(_cluster, [.. _apps.Apps, .. _trees?.Apps ?? [], .. _kinds?.Apps ?? []], _jobs.Jobs, promises,
            () => _faults.HaveStruckLately);
        if (options.AppsClients && (options.Readers ?? DrawReaders(seed)) is var readers and > 0)
        {
            _readers = new ReadersWorkload(_cluster, readers, _auditor.Events);
        }
    }

    private static int DrawReaders(ulong seed) => new SeedSource(seed).For("whether there are readers of events").Pick<int>([0, 0, 1, 2]);

    /// <summary>Runs a seed. Never throws for what the cluster does wrong: that is in the report.</summary>
    public static SimulationReport Run(ulong seed, SimulationOptions options)
    {
        var simulation = new Simulation(seed, options);
        string? violation = null;
        try
        {
            simulation.Run();
        }
        catch (InvariantViolationException broken)
        {
            violation = broken.Message;
        }
        catch (Exception thrown)
        {
            // A core that throws is a bug of the core, and the seed shows it.
            violation = "a core threw " + thrown;
        }
        return simulation.Report(seed, violation);
    }

    private void Run()
    {
        _cluster.Start();
        _faults.Start();
        if (_options.AppsClients)
        {
            _apps.Start();
        }
        _trees?.Start();
        _kinds?.Start();
        _jobs.Start();
        _operators?.Start();
        _readers?.Start();
        _upgrade?.Start();
        _wild.ForEach(framework => framework.Start());
        Until(_options.Duration, () => false);
        _faults.Stop();
        _upgrade?.Stop();
        _apps.Stop();
        _trees?.Stop();
        _kinds?.Stop();
        _jobs.Stop();
        _operators?.Stop();
        _readers?.Stop();
        _wild.ForEach(framework => framework.Stop());
        var stopped = _cluster.World.Elapsed;
        Until(stopped + _options.HealLimit, () => WhyNotDone() is null);
        if (WhyNotDone() is { } reason)
        {
            Invariant.Fail($"L1: not converged {_options.HealLimit} after the last fault: {reason}");
        }
        _healed = _cluster.World.Elapsed - stopped;
        _cluster.World.Note("converged");
        StayAtRest();
    }

    private string? WhyNotDone() => !_apps.IsDone
        ? "clients of Apps still get no answer"
        : _trees is { IsDone: false }
        ? "clients of trees and pods are not done; " + (_auditor.WhyNotConverged() ?? "all is as they asked")
        : _kinds is { IsDone: false }
        ? "clients of apps of other kinds are not done; " + (_auditor.WhyNotConverged() ?? "all is as they asked")
        : !_jobs.IsDone
        ? "clients of Batch still get no answer"
        : _operators is { IsDone: false }
        ? "operators have not undone all that they did: " + _operators.Describe()
        : _upgrade is { IsDone: false }
        ? "the upgrade is not finished"
        : _wild.Find(framework => !framework.IsDone) is { } wild
        ? $"{wild.Name} has tasks of whose end it has not heard"
        : _auditor.WhyNotConverged() ?? _readers?.WhyNotDone();

    private void StayAtRest()
    {
        var before = _cluster.World.EventsRun;
        var disturbed = false;
        Until(_cluster.World.Elapsed + Rest, () => disturbed = _auditor.WhyNotConverged() is not null);
        Invariant.Check(!disturbed, $"L1: converged, and then not any more: {_auditor.WhyNotConverged()}");
        var perMinute = (_cluster.World.EventsRun - before) / Rest.TotalMinutes;
        Invariant.Check(perMinute <= MaxEventsPerMinuteAtRest, $"L2: {perMinute:0} events a minute though there is nothing to do");
        _auditor.CheckDeep(everything: true);
    }

    /// <summary>Runs until a time or, looked at once a virtual second, until a condition holds.</summary>
    private void Until(TimeSpan end, Func<bool> done)
    {
        var world = _cluster.World;
        var events = world.EventsRun;
        while (world.Elapsed < end)
        {
            var next = world.Elapsed + TimeSpan.FromSeconds(1);
            next = next < end ? next : end;
            while (world.Step(next))
            {
                _auditor.CheckCheap();
                Invariant.Check(world.EventsRun - events < MaxEventsPerMinute, "L2: events without end");
            }
            events = world.EventsRun;
            if (world.Elapsed >= _nextDeepCheck)
            {
                _nextDeepCheck = world.Elapsed + _options.DeepCheckInterval;
                _auditor.CheckDeep(everything: false);
            }
            if (done())
            {
                return;
            }
        }
    }

    private SimulationReport Report(ulong seed, string? violation) => new(
        seed, violation, _cluster.World.Hash.Value, _plan.ToString(),
        new SimulationCounts(
            _cluster.World.EventsRun, _cluster.World.Elapsed, _healed, _faults.Struck, _auditor.Offers.Offers, _auditor.Offers.Launches,
            _auditor.Machines.Started, _auditor.Updates + _wild.Sum(framework => framework.Updates), _apps.Client.Acknowledged
                + _jobs.Acknowledged, _auditor.DeploymentsFinished,
            _auditor.Jobs.Ended, _auditor.Pods.Started, _auditor.Pods.Broken, _auditor.Volumes.Returns, _auditor.RunOnce.Done,
            _auditor.Volumes.PodReturns, _auditor.Looks.Answered, _auditor.Looks.Moves,
            _upgrade?.Replacements ?? 0, _upgrade is { IsFinished: true } ? 1 : 0),
        violation is null ? [] : _cluster.World.Trace.Last());
}
