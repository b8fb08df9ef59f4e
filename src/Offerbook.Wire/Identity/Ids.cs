using Mesos.V1;

namespace Offerbook.Wire.Identity;

// Ids as the cores hold them: small values that compare and hash by their text (ordinally) and cannot be mixed up.
// The generated messages (FrameworkID …) exist only at the edge.

public readonly record struct FrameworkId(string Value) : IComparable<FrameworkId>
{
    public static FrameworkId From(FrameworkID id) => new(id.Value);
    public FrameworkID ToProto() => new() { Value = Value };
    public int CompareTo(FrameworkId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

public readonly record struct AgentId(string Value) : IComparable<AgentId>
{
    public static AgentId From(AgentID id) => new(id.Value);
    public AgentID ToProto() => new() { Value = Value };
    public int CompareTo(AgentId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

public readonly record struct TaskId(string Value) : IComparable<TaskId>
{
    public static TaskId From(TaskID id) => new(id.Value);
    public TaskID ToProto() => new() { Value = Value };
    public int CompareTo(TaskId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

public readonly record struct ExecutorId(string Value) : IComparable<ExecutorId>
{
    public static ExecutorId From(ExecutorID id) => new(id.Value);
    public ExecutorID ToProto() => new() { Value = Value };
    public int CompareTo(ExecutorId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

public readonly record struct OfferId(string Value) : IComparable<OfferId>
{
    public static OfferId From(OfferID id) => new(id.Value);
    public OfferID ToProto() => new() { Value = Value };
    public int CompareTo(OfferId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

/// <summary>Names one HTTP exchange or stream of a part's server for as long as it is open. Given by the shell, never reused.</summary>
public readonly record struct ConnectionId(long Value) : IComparable<ConnectionId>
{
    public int CompareTo(ConnectionId other) => Value.CompareTo(other.Value);
    public override string ToString() => "#" + Value;
}
