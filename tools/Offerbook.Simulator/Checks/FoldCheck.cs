using Offerbook.Actors;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// The state of a running core is the fold of its journal: a core of the same kind, recovered from the snapshot and the events that
/// the running one has appended, must have the same durable state, to the byte.
/// </summary>
/// <param name="boot">Makes a core that will only be recovered and looked at.</param>
/// <param name="capture">A core's durable state; equal states give equal bytes.</param>
public sealed class FoldCheck<TMessage>(
    SimNode<TMessage> node, Func<SeededRandom, IDurableCore<TMessage>> boot, Func<IDurableCore<TMessage>, byte[]> capture)
    where TMessage : class
{
    private readonly Effects _discarded = new();
    private long _checkedAt = -1;

    public void Check()
    {
        if (node.Core is not IDurableCore<TMessage> running || node.Journal!.LastAppended == _checkedAt)
        {
            return;
        }
        _checkedAt = node.Journal.LastAppended;
        var fold = boot(new SeededRandom(0));
        fold.Recover(node.Journal.RecoverAll(), node.Clock.Now, _discarded);
        _discarded.Clear();
        var (expected, actual) = (capture(fold), capture(running));
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Invariant.Fail($"I7: the state of {node.Name} is not the fold of its journal at {_checkedAt}; "
                + Difference(expected, actual));
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
