using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Errors;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>Answers clients. A change is answered once it is durable, because every reply waits for the journal.</summary>
internal sealed class JobRequests(BatchSettings settings, Ledger ledger, SubscriptionKeeper keeper, Stopper stopper)
{
    public Waiters Waiters { get; } = new(settings.MaxWaiters);

    private BatchState State => ledger.State;

    public void Handle(BatchMessage.ApiCalled called, Now now, Effects effects)
    {
        switch (called.Call)
        {
            case ApiCall.AddJob add:
                Add(called.Connection, add.Spec, now, effects);
                break;
            case ApiCall.ListJobs list:
                effects.Add(new Reply(called.Connection, 200, List(list)));
                break;
            case ApiCall.GetJob get:
                Get(called.Connection, get, effects);
                break;
            case ApiCall.StopJob stop:
                Stop(called.Connection, stop.Id, now, effects);
                break;
            case ApiCall.AskFormat ask:
                var format = ledger.AskFormat(ask.RaiseTo, effects);
                effects.Add(new Reply(called.Connection, format.Status, JObject.Parse(format.Json)));
                break;
            case ApiCall.GetInfo:
                effects.Add(new Reply(called.Connection, 200, Info()));
                break;
            default:
                Invariant.Fail("an unknown call: " + called.Call.GetType());
                break;
        }
    }

    private void Add(ConnectionId connection, JobSpec spec, Now now, Effects effects)
    {
        if (State.Find(spec.Id) is { } existing)
        {
            Refuse(connection, 409, existing.HasEnded
                ? $"A job with the id '{spec.Id}' has run before and is still remembered. Choose another id."
                : $"A job with the id '{spec.Id}' exists. Choose another id.", effects);
            return;
        }
        if (State.Active.Count >= JobLimits.MaxActiveJobs || State.ActiveJobsRuns + spec.Count > JobLimits.MaxActiveRuns)
        {
            Refuse(connection, 503,
                $"Too much to do: at most {JobLimits.MaxActiveJobs} jobs with {JobLimits.MaxActiveRuns} runs together may be active; "
                + $"{State.Active.Count} jobs with {State.ActiveJobsRuns} runs are. Try again when some have ended.", effects);
            return;
        }
        ledger.Record(new BatchEvent.JobAdded(State.LastSerial + 1, JobRecord.From(spec), now.Wall), effects);
        effects.Add(new Reply(connection, 201, JobView.Summary(State.Find(spec.Id)!), "/v1/jobs/" + spec.Id));
    }

    private void Get(ConnectionId connection, ApiCall.GetJob get, Effects effects)
    {
        if (State.Find(get.Id) is not { } job)
        {
            RefuseUnknown(connection, get.Id, effects);
        }
        else if (job.HasEnded || !Waiters.TryAdd(connection, job, get, effects))
        {
            effects.Add(new Reply(connection, 200, JobView.Detail(job, get.Page)));
        }
    }

    private void Stop(ConnectionId connection, string id, Now now, Effects effects)
    {
        if (State.Find(id) is not { } job)
        {
            RefuseUnknown(connection, id, effects);
            return;
        }
        if (!job.HasEnded)
        {
            stopper.Stop(job, now, effects);
        }
        effects.Add(new Reply(connection, job.HasEnded ? 200 : 202, JobView.Summary(job)));
    }

    private JObject List(ApiCall.ListJobs list)
    {
        var matching = State.Jobs.Values.Where(job => list.State is null || job.State == list.State).ToList();
        matching.Reverse();
        return new JObject
        {
            ["total"] = matching.Count,
            ["offset"] = list.Page.Offset,
            ["jobs"] = new JArray(matching.Skip(list.Page.Offset).Take(list.Page.Limit).Select(JobView.Summary)),
        };
    }

    private JObject Info() => new()
    {
        ["name"] = settings.FrameworkName,
        ["role"] = settings.Role,
        ["frameworkId"] = State.FrameworkId,
        ["subscribed"] = keeper.IsSubscribed,
        ["activeJobs"] = State.Active.Count,
        ["waitingRuns"] = State.WaitingRuns,
        ["waitingClients"] = Waiters.Count,
    };

    private static void RefuseUnknown(ConnectionId connection, string id, Effects effects) =>
        Refuse(connection, 404, $"Job '{id}' does not exist", effects);

    private static void Refuse(ConnectionId connection, int status, string message, Effects effects) =>
        effects.Add(new Reply(connection, status, ApiError.Body(message)));
}
