using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Master.Operator;

namespace Offerbook.Master.Operations;

/// <summary>
/// How many operations of a type came, are under way, and ended how, since the start; for metrics, by the names of type and state there.
/// </summary>
internal sealed class OperationTally
{
    private const string Total = "total";

    private ImmutableSortedDictionary<(string Type, string State), long> _counts = ImmutableSortedDictionary<(string, string), long>.Empty;

    public ImmutableSortedDictionary<(string Type, string State), long> View() => _counts;

    /// <summary>One has come: under way, refused, or learnt from an agent.</summary>
    public void Came(OperationType type, OperationState state)
    {
        Add(type, Total, 1);
        Add(type, Name(state), 1);
    }

    public void Moved(OperationType type, OperationState from, OperationState to)
    {
        if (from == to)
        {
            return;
        }
        Left(type, from);
        Add(type, Name(to), 1);
    }

    /// <summary>Nobody knows any more what becomes of it. Last states are counted for ever.</summary>
    public void Left(OperationType type, OperationState from)
    {
        if (!OperationStates.IsTerminal(from))
        {
            Add(type, Name(from), -1);
        }
    }

    private void Add(OperationType type, string state, long count)
    {
        var key = (MasterCounters.Snake(type.ToString()), state);
        _counts = _counts.SetItem(key, _counts.GetValueOrDefault(key) + count);
    }

    private static string Name(OperationState state) => MasterCounters.Snake(state.ToString()["Operation".Length..]);
}
