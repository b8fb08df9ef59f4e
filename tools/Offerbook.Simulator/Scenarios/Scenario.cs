using Offerbook.Actors;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// A story told to a cluster without random faults: what happens is in the script, when exactly (delays, ties, flushes) is in the
/// seed. All invariants are checked as in a random run.
/// </summary>
public sealed class Scenario
{
    private readonly Auditor _auditor;

    public Scenario(ulong seed, ClusterPlan plan)
    {
        Cluster = new SimCluster(seed, plan);
        Apps = new AppsClient(Cluster);
        _auditor = new Auditor(Cluster, Records);
        Cluster.Start();
    }

    public SimCluster Cluster { get; }

    public AppsClient Apps { get; }

    /// <summary>The apps whose acknowledged writes are checked.</summary>
    public List<AppRecord> Records { get; } = [];

    public OfferLedger Offers => _auditor.Offers;

    /// <summary>Lets virtual time pass.</summary>
    public void For(TimeSpan duration) => Run(Cluster.World.Elapsed + duration, () => false);

    public void Seconds(double seconds) => For(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets virtual time pass until something holds, looked at after every event.</summary>
    public void Until(string what, Func<bool> holds, double seconds = 120)
    {
        if (!holds())
        {
            Invariant.Check(Run(Cluster.World.Elapsed + TimeSpan.FromSeconds(seconds), holds), $"not within {seconds} s: {what}");
        }
    }

    public void Require(bool holds, string claim) => Invariant.Check(holds, claim);

    /// <summary>Waits until every app has all its instances healthy and nothing else runs.</summary>
    public void UntilConverged(double seconds = 600)
    {
        Until("converged: " + _auditor.WhyNotConverged(), () => _auditor.WhyNotConverged() is null, seconds);
        _auditor.CheckDeep();
    }

    private bool Run(TimeSpan end, Func<bool> done)
    {
        var deep = Cluster.World.Elapsed;
        while (Cluster.World.Step(end))
        {
            _auditor.CheckCheap();
            if (Cluster.World.Elapsed >= deep)
            {
                deep = Cluster.World.Elapsed + TimeSpan.FromSeconds(5);
                _auditor.CheckDeep();
            }
            if (done())
            {
                return true;
            }
        }
        return false;
    }
}
