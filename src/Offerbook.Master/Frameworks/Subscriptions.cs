using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Authorization;
using Offerbook.Master.Offers;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Frameworks;

/// <summary>
/// How frameworks come: SUBSCRIBE of a new one, of one that was away or is known from the journal, and over a living stream.
/// </summary>
internal sealed class Subscriptions(ClusterState cluster, OfferBook offers)
{
    /// <param name="principal">Who authenticated, or null; a framework that names none gets this one.</param>
    public void Subscribe(in Turn turn, ConnectionId connection, SchedulerCall call, string? principal)
    {
        var subscribe = call.Subscribe;
        var info = WithIdentity(call, principal);
        var stream = new NewStream(connection, cluster.Random.NextGuid().ToString());
        turn.OpenStream(connection, stream.Id);
        if ((FrameworkInfoRules.Validate(info, cluster) ?? CallPermissions.RefuseRoles(cluster.Settings.Authorizer, info)) is { } invalid)
        {
            Refuse(turn, connection, invalid);
            return;
        }
        var (preferences, problem) = OfferPreferences.Read(
            info, subscribe.SuppressedRoles, subscribe.OfferConstraints, cluster.Settings.OfferConstraintLimits);
        if (preferences is null)
        {
            Refuse(turn, connection, problem!);
            return;
        }
        if (info.Id is null)
        {
            cluster.Counters.Increment("messages_register_framework");
            info.Id = cluster.Frameworks.NextId(cluster.MasterId).ToProto();
            Add(turn, stream, info, preferences);
            return;
        }
        cluster.Counters.Increment("messages_reregister_framework");
        var id = FrameworkId.From(info.Id);
        if (!cluster.Frameworks.TryGet(id, out var framework))
        {
            Add(turn, stream, info, preferences);
        }
        else if (!FrameworkInfoRules.SamePrincipal(framework.Info, info))
        {
            Refuse(turn, connection, "Changing framework's principal is not allowed.");
        }
        else
        {
            Resume(turn, stream, framework, info, preferences);
        }
    }

    /// <summary>Replaces what a connected framework says of itself; offers in roles that it leaves are rescinded.</summary>
    /// <returns>Whether the info is another one now.</returns>
    public bool Update(in Turn turn, Framework framework, FrameworkInfo info, OfferPreferences preferences)
    {
        var changed = !framework.Info.Equals(info);
        framework.Update(info);
        framework.Prefer(preferences);
        cluster.Allocator.UpdateFramework(framework.Id, AllocatorFrameworks.Describe(framework));
        foreach (var offer in framework.Offers.ToList())
        {
            if (!framework.Roles.Contains(offer.Role))
            {
                offers.Rescind(turn, offer, OfferEnd.RoleLeft);
            }
        }
        if (changed)
        {
            TellAgents(turn, framework);
        }
        return changed;
    }

    private static FrameworkInfo WithIdentity(SchedulerCall call, string? principal)
    {
        var info = call.Subscribe.FrameworkInfo.Clone();
        var id = !string.IsNullOrEmpty(info.Id?.Value) ? info.Id : call.FrameworkId;
        info.Id = string.IsNullOrEmpty(id?.Value) ? null : id;
        if (principal is not null && !info.HasPrincipal)
        {
            info.Principal = principal;
        }
        return info;
    }

    private static void Refuse(in Turn turn, ConnectionId connection, string message)
    {
        turn.Send(connection, SchedulerEvents.Error(message));
        turn.CloseStream(connection);
    }

    private void Add(in Turn turn, NewStream stream, FrameworkInfo info, OfferPreferences preferences)
    {
        var framework = new Framework(FrameworkId.From(info.Id), info, cluster.Settings)
        {
            RegisteredTime = turn.Now.Wall,
            ReregisteredTime = turn.Now.Wall,
        };
        framework.Prefer(preferences);
        cluster.Frameworks.Add(framework);
        cluster.Allocator.AddFramework(framework.Id, AllocatorFrameworks.Describe(framework));
        Connect(stream, framework);
        cluster.OperatorStreams.FrameworkAdded(framework);
        cluster.Registry.RecordSubscribed(turn, framework);
        Greet(turn, framework);
    }

    private void Resume(in Turn turn, NewStream stream, Framework framework, FrameworkInfo info, OfferPreferences preferences)
    {
        // User and checkpointing are fixed by the first subscription; a differing value is not an error here.
        info.User = framework.Info.User;
        info.Checkpoint = framework.Info.Checkpoint;
        var known = framework.Connected && framework.Info.Equals(info);
        if (framework.Stream is { } old)
        {
            framework.Send(turn, SchedulerEvents.Error("Framework failed over"));
            turn.CloseStream(old);
            turn.CancelTimer(new HeartbeatTimer(old));
            cluster.Streams.Remove(old);
            offers.DropAll(turn, framework, OfferEnd.FrameworkFailedOver);
            // As after a stream that was seen to break: whoever subscribes knows nothing of what was refused, and a REVIVE may have been
            // lost.
            cluster.Allocator.DeactivateFramework(framework.Id);
        }
        Update(turn, framework, info, preferences);
        if (framework.Recovered)
        {
            framework.RegisteredTime = turn.Now.Wall;
            framework.Recovered = false;
        }
        framework.ReregisteredTime = turn.Now.Wall;
        framework.FailoverDue = null;
        turn.CancelTimer(new FailoverTimer(framework.Id));
        Connect(stream, framework);
        cluster.OperatorStreams.FrameworkUpdated(framework);
        if (!known)
        {
            cluster.Registry.RecordSubscribed(turn, framework);
        }
        Greet(turn, framework);
    }

    private void Connect(NewStream stream, Framework framework)
    {
        framework.Stream = stream.Connection;
        framework.StreamId = stream.Id;
        cluster.Streams[stream.Connection] = new StreamOwner(framework.Id, null);
        cluster.Allocator.ActivateFramework(framework.Id);
    }

    private void Greet(in Turn turn, Framework framework)
    {
        framework.Counters.CountCall(SchedulerCall.Types.Type.Subscribe);
        framework.Send(turn, SchedulerEvents.Subscribed(framework.Id, cluster.Settings.HeartbeatInterval, cluster.Master));
        Heartbeat(turn, framework.Stream!.Value);
    }

    public void Heartbeat(in Turn turn, ConnectionId stream)
    {
        if (cluster.Streams.TryGetValue(stream, out var owner) && owner.Framework is { } id)
        {
            cluster.Frameworks.Find(id)!.Send(turn, SchedulerEvents.Heartbeat);
            turn.StartTimer(new HeartbeatTimer(stream), cluster.Settings.HeartbeatInterval, new MasterMessage.HeartbeatDue(stream));
        }
    }

    private void TellAgents(in Turn turn, Framework framework)
    {
        var told = new HashSet<AgentId>();
        foreach (var task in framework.Tasks)
        {
            if (told.Add(task.Agent))
            {
                cluster.Agents.Find(task.Agent)?.Send(turn, AgentEvents.FrameworkUpdated(framework.Info));
            }
        }
    }

    private readonly record struct NewStream(ConnectionId Connection, string Id);
}
