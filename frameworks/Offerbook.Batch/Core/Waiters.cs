using Offerbook.Actors;
using Offerbook.Batch.Jobs;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>Clients that wait for a job to end. Bounded; beyond the bound a client is answered at once.</summary>
internal sealed class Waiters(int bound)
{
    private readonly SortedDictionary<ConnectionId, (Job Job, Page Page)> _waiting = [];

    public int Count => _waiting.Count;

    public bool TryAdd(ConnectionId connection, Job job, ApiCall.GetJob call, Effects effects)
    {
        if (call.Wait is not { } wait || _waiting.Count >= bound)
        {
            return false;
        }
        _waiting.Add(connection, (job, call.Page));
        effects.Add(new StartTimer(connection, wait, new BatchMessage.WaitElapsed(connection)));
        return true;
    }

    public void JobEnded(Job job, Effects effects)
    {
        foreach (var (connection, waiter) in _waiting.Where(w => ReferenceEquals(w.Value.Job, job)).ToList())
        {
            effects.Add(new CancelTimer(connection));
            Answer(connection, effects);
        }
    }

    /// <summary>Answers a client with the job as it is.</summary>
    public void Answer(ConnectionId connection, Effects effects)
    {
        if (_waiting.Remove(connection, out var waiter))
        {
            effects.Add(new Reply(connection, 200, JobView.Detail(waiter.Job, waiter.Page)));
        }
    }

    public void Forget(ConnectionId connection, Effects effects)
    {
        if (_waiting.Remove(connection))
        {
            effects.Add(new CancelTimer(connection));
        }
    }
}
