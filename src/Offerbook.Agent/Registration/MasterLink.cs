using Mesos.V1;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Registration;

/// <summary>
/// Keeps the agent registered with the master: waits, subscribes, watches the pings, and begins anew when the stream ends.
///
/// <code>
///   idle ──Begin──▶ waiting ──back-off──▶ subscribing ──SUBSCRIBED──▶ registered
///                      ▲                       │ refused, timed out        │ ended, no ping, call refused
///                      └───────────────────────┴───────────────────────────┘
/// </code>
///
/// Connections are numbered; whatever an older one still delivers is void. The wait before the n-th attempt in a row is random
/// in [0, factor × 2ⁿ⁻¹), at most the maximum, so that a fleet does not return as one.
/// </summary>
internal sealed class MasterLink(AgentContext context)
{
    private int _failures;
    private bool _open;
    private TimeSpan _pingTimeout;

    /// <summary>What the newest SUBSCRIBE said of what may change until it is answered.</summary>
    private (string? Degraded, ulong ResourceVersion, ResourceBag Oversubscribed) _said = (null, 0, ResourceBag.Empty);

    public long Connection { get; private set; }

    public bool Registered { get; private set; }

    public MasterInfo? Master { get; private set; }

    /// <summary>Attempts since the process started.</summary>
    public long Attempts { get; private set; }

    /// <summary>Why the agent can take no new work; null when it can. The master is told at once, and at every registration.</summary>
    public string? Degraded { get; private set; }

    public void Degrade(string? why)
    {
        if (why == Degraded)
        {
            return;
        }
        Degraded = why;
        if (Registered)
        {
            SendCondition();
        }
    }

    /// <summary>Whether the master heard at the registration what the agent has.</summary>
    public bool AreResourcesTold =>
        (_said.ResourceVersion, _said.Oversubscribed) == (context.State.Operations.Version, context.Oversubscribed);

    /// <summary>The agent is to be registered: it is, or tries to be.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>A master leads that did not before: whatever failed until now says nothing about it.</summary>
    public void BeginAnew()
    {
        _failures = 0;
        Begin();
    }

    /// <summary>Starts the wait before an attempt, dropping the present connection.</summary>
    public void Begin()
    {
        Drop();
        IsWanted = true;
        var bound = context.Settings.RegistrationBackoffFactor.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 30));
        var wait = context.Random.NextDouble() * Math.Min(bound, context.Settings.RegistrationBackoffMax.TotalMilliseconds);
        context.StartTimer(new AgentMessage.RegistrationBackedOff(), TimeSpan.FromMilliseconds(wait));
    }

    /// <summary>Closes the connection and makes no other until <see cref="Begin"/>.</summary>
    public void Stop()
    {
        Drop();
        IsWanted = false;
        context.CancelTimer(new AgentMessage.RegistrationBackedOff());
    }

    public void Connect()
    {
        Connection++;
        _open = true;
        Attempts++;
        // Until SUBSCRIBED says otherwise, this attempt counts as one that failed.
        _failures++;
        context.Do(new ConnectToMaster(Connection, new Call
        {
            Type = Call.Types.Type.Subscribe,
            AgentId = context.State.Id?.ToProto(),
            Subscribe = SubscribeMessage(),
        }));
        _said = (Degraded, context.State.Operations.Version, context.Oversubscribed);
        context.StartTimer(new AgentMessage.SubscribeTimedOut(Connection), context.Settings.SubscribeTimeout);
    }

    /// <summary>Whether something that arrived on this connection still counts.</summary>
    public bool IsCurrent(long connection) => _open && connection == Connection;

    public void Accept(Event.Types.Subscribed subscribed)
    {
        Registered = true;
        _failures = 0;
        Master = subscribed.MasterInfo;
        _pingTimeout = TimeSpan.FromSeconds(Math.Clamp(subscribed.PingTimeoutSeconds, 0.001, 86_400));
        context.CancelTimer(new AgentMessage.SubscribeTimedOut(Connection));
        WatchPings();
        if (_said.Degraded != Degraded)
        {
            SendCondition();
        }
    }

    public void AnswerPing()
    {
        Send(new Call { Type = Call.Types.Type.Pong });
        WatchPings();
    }

    public void Send(Call call)
    {
        call.AgentId = context.State.Id?.ToProto();
        context.Do(new CallMaster(Connection, call));
    }

    private void WatchPings() => context.StartTimer(new AgentMessage.PingTimedOut(Connection), _pingTimeout);

    private void Drop()
    {
        if (_open)
        {
            context.Do(new DisconnectFromMaster(Connection));
            context.CancelTimer(new AgentMessage.SubscribeTimedOut(Connection));
            context.CancelTimer(new AgentMessage.PingTimedOut(Connection));
            _open = false;
        }
        Registered = false;
    }

    private void SendCondition() => Send(new Call { Type = Call.Types.Type.UpdateCondition, Condition = ConditionMessage() });

    private Call.Types.Condition ConditionMessage()
    {
        var condition = new Call.Types.Condition();
        if (Degraded is { } why)
        {
            condition.Degraded = why;
        }
        return condition;
    }

    private Call.Types.Subscribe SubscribeMessage()
    {
        var info = context.Settings.Info.Clone();
        info.Id = context.State.Id?.ToProto();
        var subscribe = new Call.Types.Subscribe { AgentInfo = info, Version = context.Settings.Version, BootId = context.Settings.BootId };
        subscribe.Capabilities.AddRange(AgentCapabilities.All);
        subscribe.CheckpointedResources.Add(context.State.Operations.Checkpointed.ToProto(ResourceFormat.PostRefinement));
        subscribe.OversubscribedResources.Add(context.Oversubscribed.ToProto(ResourceFormat.PostRefinement));
        subscribe.Condition = Degraded is null ? null : ConditionMessage();
        subscribe.ResourceVersion = context.State.Operations.Version;
        subscribe.Operations.Add(
            context.State.Operations.InOrder.Where(operation => !operation.Silenced)
                .Select(operation => operation.ToProto(context.State.Id)));
        foreach (var framework in context.State.Frameworks.Values)
        {
            if (!framework.Idle)
            {
                subscribe.Frameworks.Add(framework.Info);
            }
        }
        foreach (var executor in context.State.Executors.Live)
        {
            if (!executor.Silenced)
            {
                subscribe.Executors.Add(
                    new Call.Types.Executor { FrameworkId = executor.Key.Framework.ToProto(), ExecutorInfo = executor.Info });
            }
        }
        foreach (var task in context.State.Tasks.Values)
        {
            if (!task.Silenced)
            {
                subscribe.Tasks.Add(task.ToProto());
            }
        }
        return subscribe;
    }
}
