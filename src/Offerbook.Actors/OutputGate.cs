using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Actors;

/// <summary>
/// Holds back effects until the journal events emitted before them are durable. Both shells use it, so that production and
/// simulation agree on when the outside may learn of a decision. Effects leave in the order in which they were emitted.
/// </summary>
public sealed class OutputGate(long lastSequence)
{
    private readonly Queue<(long After, IEffect Effect)> _waiting = new();

    /// <summary>Sequence number of the last event handed to the journal.</summary>
    public long Appended { get; private set; } = lastSequence;

    /// <summary>Sequence number of the last event known to be durable.</summary>
    public long Flushed { get; private set; } = lastSequence;

    public int Waiting => _waiting.Count;

    /// <summary>Numbers an event that goes to the journal.</summary>
    public long NextSequence() => ++Appended;

    public void Hold(IEffect effect) => _waiting.Enqueue((Appended, effect));

    public void MarkFlushed(long sequence)
    {
        Invariant.Check(sequence >= Flushed && sequence <= Appended, "the journal flushed what was never appended");
        Flushed = sequence;
    }

    /// <summary>Takes the oldest effect if it may leave.</summary>
    public bool TryRelease([MaybeNullWhen(false)] out IEffect effect)
    {
        if (_waiting.TryPeek(out var head) && head.After <= Flushed)
        {
            effect = _waiting.Dequeue().Effect;
            return true;
        }
        effect = null;
        return false;
    }
}
