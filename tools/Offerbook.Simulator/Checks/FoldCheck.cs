using Offerbook.Actors;
using Offerbook.Simulator.Nodes;
using Offerbook.Storage;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// The state of a running core is the fold of its journal: a core of the same kind, recovered from the snapshot and the events that
/// the running one has appended, must have the same durable state, to the byte.
/// </summary>
/// <param name="fold">The durable state that a recovery gives; equal states give equal bytes.</param>
/// <param name="capture">The durable state of the running core.</param>
public sealed class FoldCheck<TMessage>(SimNode<TMessage> node, Func<Recovery, Now, byte[]> fold, Func<ICore<TMessage>, byte[]> capture)
    where TMessage : class
{
    private long _checkedAt = -1;

    public void Check()
    {
        if (node.Core is not { } running || node.Journal!.LastAppended == _checkedAt)
        {
            return;
        }
        _checkedAt = node.Journal.LastAppended;
        var (expected, actual) = (Fold(), capture(running));
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Invariant.Fail($"I7: the state of {node.Name} is not the fold of its journal at {_checkedAt}; "
                + Difference(expected, actual));
        }
    }

    /// <summary>A journal that cannot even be replayed has lost what its later events build on, whatever they trip over.</summary>
    private byte[] Fold()
    {
        try
        {
            return fold(node.Journal!.RecoverAll(), node.Clock.Now);
        }
        catch (Exception failure) when (failure is not InvariantViolationException)
        {
            throw new InvariantViolationException($"I7: the journal of {node.Name} cannot be replayed up to {_checkedAt}: {failure}");
        }
    }

    private static string Difference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var at = expected.CommonPrefixLength(actual);
        return $"from byte {at} the fold has \"{Excerpt(expected, at)}\" and the core \"{Excerpt(actual, at)}\"";
    }

    private static string Excerpt(ReadOnlySpan<byte> bytes, int at)
    {
        var from = Math.Max(0, at - 60);
        var text = new char[Math.Min(bytes.Length - from, 160)];
        for (var i = 0; i < text.Length; i++)
        {
            var c = (char)bytes[from + i];
            text[i] = c is >= ' ' and <= '~' ? c : '.';
        }
        return new string(text);
    }
}
