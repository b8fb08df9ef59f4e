using Mesos.V1;
using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Matching;

/// <summary>A run that gets a place, and the part of the offer that it takes.</summary>
public sealed record PlacedRun(int Number, IReadOnlyList<Resource> Resources);

/// <summary>Runs of one job to launch on an offer; at least one.</summary>
public sealed record Placement(Job Job, IReadOnlyList<PlacedRun> Runs);

/// <summary>
/// Packs an offer: jobs in the order in which they came, as many of each one's waiting runs as fit. A job too big for what is left
/// does not hold up smaller ones behind it.
/// </summary>
public static class FirstFit
{
    /// <summary>Jobs tried on one offer: bounds a turn to about a millisecond with thousands of jobs that do not fit.</summary>
    private const int MaxJobsTried = 1_000;

    /// <param name="candidates">Jobs with waiting runs that may be launched now, in order.</param>
    public static List<Placement> Pack(IEnumerable<Job> candidates, OfferCapacity capacity, int maxTasks)
    {
        var placements = new List<Placement>();
        foreach (var job in candidates.Take(MaxJobsTried))
        {
            var fitting = capacity.Fits(job.Spec.Demand, Math.Min(maxTasks, job.Waiting));
            if (fitting > 0)
            {
                var runs = job.FirstWaiting(fitting).ConvertAll(run => new PlacedRun(run, capacity.Take(job.Spec.Demand)));
                placements.Add(new Placement(job, runs));
                maxTasks -= runs.Count;
            }
            if (maxTasks == 0)
            {
                break;
            }
        }
        return placements;
    }
}
