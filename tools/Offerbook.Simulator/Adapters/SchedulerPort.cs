using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Adapters;

/// <summary>A framework's scheduler client.</summary>
/// <param name="signal">Hands a signal to the framework's core.</param>
public sealed class SchedulerPort(SimNetwork network, string name, LeaderFinder master, Action<SchedulerSignal> signal)
{
    private readonly StreamClient _client = new(network, name, master, MasterPort.SchedulerPath)
    {
        EventArrived = (number, bytes) => signal(new SchedulerSignal.EventReceived(number, Event.Parser.ParseFrom(bytes.Span))),
        Ended = (number, status, reason) => signal(new SchedulerSignal.SubscriptionEnded(number, status, reason)),
        CallFailed = (number, call, status, reason) => signal(new SchedulerSignal.CallFailed(number, (Call)call, status, reason)),
    };

    public int DeepestQueue => _client.DeepestQueue;

    /// <summary>Its core begins a life.</summary>
    public void Start() => (master as DetectedLeader)?.Start();

    /// <summary>Its core's life is over.</summary>
    public void Reset()
    {
        (master as DetectedLeader)?.Stop();
        _client.Drop();
    }

    /// <returns>Whether the effect was one of the client's.</returns>
    public bool Perform(IEffect effect)
    {
        switch (effect)
        {
            case OpenSubscription open:
                _client.Open(open.Subscription, "scheduler SUBSCRIBE", open.Subscribe);
                return true;
            case CloseSubscription close:
                _client.Close(close.Subscription);
                return true;
            case CallMaster call:
                _client.Send(call.Subscription, Describe.Call(call.Call), call.Call);
                return true;
            default:
                return false;
        }
    }
}
