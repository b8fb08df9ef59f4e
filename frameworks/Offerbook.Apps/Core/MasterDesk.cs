using System.Collections.Immutable;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Apps.Events;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Volumes;
using Offerbook.Client.Scheduling;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Core;

/// <summary>Takes the news of the master and leads each to the room that it concerns.</summary>
internal sealed class MasterDesk(TaskUpdates updates, Reconciler reconciler, TaskReaper reaper, Launcher launcher, LostAgents lost)
{
    private bool _connected;

    public long StatusUpdates { get; private set; }

    public ImmutableSortedDictionary<string, long> UpdatesByState { get; private set; } = ImmutableSortedDictionary<string, long>.Empty;

    public string? MasterUrl { get; private set; }

    /// <param name="news">Null: nothing that concerns anyone.</param>
    public void Take(Turn turn, SubscriptionNews? news)
    {
        switch (news)
        {
            case SubscriptionNews.Subscribed subscribed:
                Begin(turn, subscribed);
                break;
            case SubscriptionNews.EventArrived arrived:
                Take(turn, arrived.Event);
                break;
            case SubscriptionNews.Disconnected:
                End(turn);
                break;
            case SubscriptionNews.Refused refused:
                End(turn);
                if (refused.Refusal == Refusal.FrameworkRemoved)
                {
                    turn.Apply(new Change.FrameworkRegistered(null));
                }
                break;
            case SubscriptionNews.CallRefused refused:
                TakeRefusal(turn, refused);
                break;
        }
    }

    public void Reconcile(Turn turn)
    {
        if (reconciler.Continue(turn))
        {
            launcher.Releases.EndUntold(turn);
        }
    }

    public void Sweep(Turn turn) => lost.Sweep(turn);

    private void Begin(Turn turn, SubscriptionNews.Subscribed subscribed)
    {
        _connected = true;
        var info = subscribed.Event.MasterInfo;
        var hostname = info is null ? "" : info.Hostname;
        MasterUrl = info is null ? null : $"http://{(hostname.Length > 0 ? hostname : info.Address?.Ip ?? "")}:{info.Port}";
        if (turn.State.Framework != subscribed.Id)
        {
            turn.Apply(new Change.FrameworkRegistered(subscribed.Id));
            turn.Publish(AppsEvents.Registered(subscribed.Id.Value, hostname));
        }
        else
        {
            turn.Publish(AppsEvents.Reregistered(hostname));
        }
        launcher.HomeRegion = info?.Domain?.FaultDomain?.Region?.Name;
        reaper.Repeat(turn);
        launcher.Releases.Begin(turn);
        reconciler.Begin(turn);
    }

    private void End(Turn turn)
    {
        if (_connected)
        {
            _connected = false;
            MasterUrl = null;
            turn.Publish(AppsEvents.Disconnected());
        }
    }

    private void Take(Turn turn, Event @event)
    {
        switch (@event.Type)
        {
            case Event.Types.Type.Offers:
                launcher.Take(turn, @event.Offers.Offers_);
                break;
            case Event.Types.Type.Update:
                StatusUpdates++;
                var state = @event.Update.Status.State.WireName();
                UpdatesByState = UpdatesByState.SetItem(state, UpdatesByState.GetValueOrDefault(state) + 1);
                Take(turn, @event.Update.Status);
                break;
            case Event.Types.Type.Message:
                var message = @event.Message;
                turn.Publish(AppsEvents.FrameworkMessage(message.ExecutorId.Value, message.AgentId.Value, message.Data));
                break;
            case Event.Types.Type.Failure when @event.Failure.ExecutorId is null:
                lost.Suspect();
                break;
            case Event.Types.Type.InverseOffers:
                // Maintenance is not planned for yet: the answer is open, and the master asks again.
                break;
            default:
                // RESCIND and an executor's FAILURE change nothing: offers are used or declined in the turn in which they come, and
                // what a failure means for tasks comes as updates.
                break;
        }
    }

    private void Take(Turn turn, TaskStatus status)
    {
        LostAgents.Take(turn, status);
        updates.Take(turn, status);
        if (InstanceId.TryParseTask(status.TaskId.Value, out var id, out _))
        {
            launcher.Releases.Hear(turn, id, status);
            reconciler.Heard(turn, id);
        }
    }

    /// <summary>A refused ACCEPT has launched nothing, and would be refused again: its tasks have failed.</summary>
    private void TakeRefusal(Turn turn, SubscriptionNews.CallRefused refused)
    {
        var tasks = refused.Call.Accept?.Operations.SelectMany(operation => operation.Launch?.TaskInfos
            ?? operation.LaunchGroup?.TaskGroup.Tasks ?? []) ?? [];
        foreach (var task in tasks)
        {
            updates.Take(turn, new TaskStatus
            {
                TaskId = task.TaskId,
                AgentId = task.AgentId,
                State = TaskState.TaskError,
                Source = TaskStatus.Types.Source.Master,
                Message = $"The master refused the launch ({refused.Status}): {refused.Reason}",
            });
        }
    }
}
