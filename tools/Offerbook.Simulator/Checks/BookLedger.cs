using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Master.Offers;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Holds what the master tells its offer book against what it tells schedulers: every offer that is sent was noted first, and the
/// other way round; every offer ends in the book exactly once; one that ends as rescinded is rescinded in the same turn, and no
/// other is; one is accepted or declined only by a call that names it.
/// </summary>
public sealed class BookLedger
{
    private readonly Dictionary<string, OfferMade> _open = [];
    private readonly HashSet<string> _ever = [];
    private readonly HashSet<string> _made = [];
    private readonly HashSet<string> _sent = [];
    private readonly HashSet<string> _rescinded = [];
    private readonly List<OfferEnded> _ended = [];
    private MasterMessage? _message;

    public BookLedger(SimNode<MasterMessage> master)
    {
        master.Received += message => _message = message;
        master.Emitted += Emit;
        master.TurnEnded += EndTurn;
        master.Started += Forget;
    }

    public long Ended { get; private set; }

    /// <summary>A crash makes every offer void, and what the dead master had still to say with it.</summary>
    private void Forget()
    {
        _open.Clear();
        Clear();
    }

    private void Emit(IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.OffersMade made:
                foreach (var offer in made.Offers)
                {
                    Invariant.Check(_ever.Add(offer.Id.Value), $"I5: offer {offer.Id} is noted twice");
                    _open.Add(offer.Id.Value, offer);
                    _made.Add(offer.Id.Value);
                }
                break;
            case MasterEffect.OfferOver over:
                var id = over.Offer.Offer.Id.Value;
                Invariant.Check(_open.Remove(id), $"I5: offer {id} ends in the book ({over.Offer.End}) though it had ended");
                _ended.Add(over.Offer);
                Ended++;
                break;
            case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Offers } send:
                foreach (var offer in send.Event.Offers.Offers_)
                {
                    Invariant.Check(_open.TryGetValue(offer.Id.Value, out var noted),
                        $"I5: offer {offer.Id.Value} is sent and was not noted");
                    Invariant.Check(noted.Framework.Value == offer.FrameworkId.Value && noted.Agent.Value == offer.AgentId.Value,
                        $"I5: offer {offer.Id.Value} is noted for {noted.Framework} of {noted.Agent}, and sent otherwise");
                    _sent.Add(offer.Id.Value);
                }
                break;
            case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Rescind } send:
                _rescinded.Add(send.Event.Rescind.OfferId.Value);
                break;
        }
    }

    private void EndTurn()
    {
        Invariant.Check(_made.SetEquals(_sent), "I5: the offers noted in a turn are those sent in it");
        foreach (var over in _ended)
        {
            var id = over.Offer.Id.Value;
            Invariant.Check(_rescinded.Remove(id) == IsRescinded(over.End),
                $"I5: offer {id} ends as {over.End}, and its framework is told otherwise");
            Invariant.Check(over.End is not (OfferEnd.Accepted or OfferEnd.Declined) || IsNamed(id),
                $"I5: offer {id} ends as {over.End} without a call");
            Invariant.Check(over.At.Elapsed >= over.Offer.At.Elapsed, $"offer {id} ends before it was made");
        }
        Invariant.Check(_rescinded.Count == 0, "I5: an offer is rescinded that does not end in the book");
        Clear();
    }

    private bool IsNamed(string id) => _message is MasterMessage.SchedulerCallReceived { Call: var call } && call.Type switch
    {
        Call.Types.Type.Accept => call.Accept.OfferIds.Any(offer => offer.Value == id),
        Call.Types.Type.Decline => call.Decline.OfferIds.Any(offer => offer.Value == id),
        _ => false,
    };

    /// <summary>Not those that end with their framework, or by its own call.</summary>
    private static bool IsRescinded(OfferEnd end) => end is not (OfferEnd.Accepted or OfferEnd.Declined or OfferEnd.InvalidAccept
        or OfferEnd.FrameworkDisconnected or OfferEnd.FrameworkFailedOver or OfferEnd.FrameworkRemoved);

    private void Clear()
    {
        _made.Clear();
        _sent.Clear();
        _rescinded.Clear();
        _ended.Clear();
        _message = null;
    }
}
