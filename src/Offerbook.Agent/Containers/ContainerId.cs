namespace Offerbook.Agent.Containers;

/// <summary>Names one run of a task on this agent: a UUID in text form, drawn anew for every launch and never reused.</summary>
public readonly record struct ContainerId(string Value) : IComparable<ContainerId>
{
    public int CompareTo(ContainerId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}
