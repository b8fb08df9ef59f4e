using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;
using OperatorCall = Mesos.V1.Master.Call;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// What frameworks and operators can see of the master, told in their terms: who subscribed with what, which calls were taken, who
/// got which offers. Heard outside the core, so that a ledger which listens shares none of its books.
/// </summary>
public sealed class MasterTurns
{
    private readonly Dictionary<ConnectionId, FrameworkId> _streams = [];
    private readonly Dictionary<ConnectionId, OperatorCall> _unanswered = [];
    private MasterMessage? _message;

    public MasterTurns(SimNode<MasterMessage> master)
    {
        master.Received += message => Hear(master, message);
        master.Emitted += Emit;
        master.TurnEnded += () => _message = null;
        master.Left += effect =>
        {
            if (effect is MasterEffect.Answer answer)
            {
                _unanswered.Remove(answer.Connection);
            }
        };
        master.Crashed += _ => Unsettle();
        master.Started += () =>
        {
            _streams.Clear();
            Restarted?.Invoke();
        };
    }

    /// <summary>A framework's SUBSCRIBE was answered with a stream and its id.</summary>
    public event Action<FrameworkId, Call.Types.Subscribe>? Subscribed;

    /// <summary>A call other than SUBSCRIBE was answered with 200 or 202.</summary>
    public event Action<FrameworkId, Call>? Taken;

    public event Action<FrameworkId, IReadOnlyList<Offer>>? Offered;

    public event Action<FrameworkId, OfferId>? Rescinded;

    /// <summary>The framework's stream is over.</summary>
    public event Action<FrameworkId>? Left;

    /// <summary>An operator's call was answered with 200 or 202, or in another way that says that it was carried out.</summary>
    public event Action<OperatorCall>? Ordered;

    /// <summary>
    /// An operator's call was taken by a master whose life ended, or that was deposed, before the answer left: perhaps it is in force.
    /// </summary>
    public event Action<OperatorCall>? Unsettled;

    /// <summary>An agent that has an id already subscribes.</summary>
    public event Action<string>? AgentReturned;

    public event Action? Restarted;

    /// <summary>What this master has not answered by now is known by what the next one found in the journal, if at all.</summary>
    public void Unsettle()
    {
        foreach (var (_, order) in _unanswered)
        {
            Unsettled?.Invoke(order);
        }
        _unanswered.Clear();
    }

    private void Hear(SimNode<MasterMessage> master, MasterMessage message)
    {
        Invariant.Check(_message is null, $"{master.Name} takes one message at a time");
        _message = message;
        if (message is MasterMessage.ConnectionClosed closed)
        {
            Leave(closed.Connection);
        }
        if (message is MasterMessage.AgentCallReceived { Call: { Subscribe: not null, AgentId: { } agent } })
        {
            AgentReturned?.Invoke(agent.Value);
        }
    }

    private void Emit(IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Subscribed } send
                when _message is MasterMessage.SchedulerCallReceived { Call.Subscribe: { } subscribe }:
                var id = FrameworkId.From(send.Event.Subscribed.FrameworkId);
                _streams[send.Stream] = id;
                Subscribed?.Invoke(id, subscribe);
                break;
            case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Offers } send:
                Offered?.Invoke(_streams[send.Stream], send.Event.Offers.Offers_);
                break;
            case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Rescind } send:
                Rescinded?.Invoke(_streams[send.Stream], OfferId.From(send.Event.Rescind.OfferId));
                break;
            case MasterEffect.CloseStream close:
                Leave(close.Stream);
                break;
            case MasterEffect.Answer { Status: 200 or 202 }:
                Take();
                break;
            // Reactivated it is: the master has recovered lately, and the agent has not come back yet. Clients know this answer.
            case MasterEffect.Answer { Status: 409 }
                when _message is MasterMessage.OperatorCallReceived { Call.Type: OperatorCall.Types.Type.ReactivateAgent }:
                Take();
                break;
        }
    }

    private void Take()
    {
        if (_message is MasterMessage.SchedulerCallReceived { Call.FrameworkId: { } framework } scheduler)
        {
            Taken?.Invoke(FrameworkId.From(framework), scheduler.Call);
        }
        else if (_message is MasterMessage.OperatorCallReceived @operator)
        {
            _unanswered[@operator.Connection] = @operator.Call;
            Ordered?.Invoke(@operator.Call);
        }
    }

    private void Leave(ConnectionId stream)
    {
        if (_streams.Remove(stream, out var framework) && !_streams.ContainsValue(framework))
        {
            Left?.Invoke(framework);
        }
    }
}
