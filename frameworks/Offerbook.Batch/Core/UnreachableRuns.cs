using Offerbook.Actors;
using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Core;

/// <summary>Runs whose agents are cut off, and until when their return is awaited. A restart of Batch begins the wait anew.</summary>
internal sealed class UnreachableRuns(TimeSpan patience)
{
    private readonly SortedDictionary<(long Job, int Run), TimeSpan> _until = [];

    public void Restore(BatchState state, Now now)
    {
        foreach (var job in state.Active.Values)
        {
            foreach (var run in job.ActiveRuns().Where(run => job.Find(run)!.State == RunState.Unreachable))
            {
                Add(job, run, now);
            }
        }
    }

    public void Add(Job job, int run, Now now) => _until[(job.Serial, run)] = now.Elapsed + patience;

    public void Remove(Job job, int run) => _until.Remove((job.Serial, run));

    public List<(Job Job, int Run)> Overdue(BatchState state, Now now) =>
        _until.Where(entry => now.Elapsed >= entry.Value)
            .Select(entry => (state.Find(entry.Key.Job)!, entry.Key.Run))
            .ToList();
}
