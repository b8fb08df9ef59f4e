using Mesos.V1;

namespace Offerbook.Agent.Containers;

/// <summary>
/// Names one run of a container on this agent: a UUID in text form, drawn anew for every launch and never reused. A container
/// within another has its parent's name before its own, with a dot between: <c>parent.child</c> (API section 6).
/// </summary>
public readonly record struct ContainerId(string Value) : IComparable<ContainerId>
{
    private const char Separator = '.';

    /// <summary>The container that this one lies in; null for one that lies in none.</summary>
    public ContainerId? Parent => Value.LastIndexOf(Separator) is >= 0 and var dot ? new ContainerId(Value[..dot]) : null;

    /// <summary>The outermost container around this one, or itself.</summary>
    public ContainerId Root => Value.IndexOf(Separator) is >= 0 and var dot ? new ContainerId(Value[..dot]) : this;

    /// <summary>The name without the parents'.</summary>
    public string Leaf => Value[(Value.LastIndexOf(Separator) + 1)..];

    public bool IsNested => Value.Contains(Separator);

    public ContainerId Child(string leaf) => new($"{Value}{Separator}{leaf}");

    /// <summary>Whether this one lies in <paramref name="other"/>, at any depth.</summary>
    public bool IsWithin(ContainerId other) =>
        Value.Length > other.Value.Length && Value[other.Value.Length] == Separator
            && Value.StartsWith(other.Value, StringComparison.Ordinal);

    public ContainerID ToProto() => Parent is { } parent
        ? new ContainerID { Value = Leaf, Parent = parent.ToProto() }
        : new ContainerID { Value = Value };

    public static ContainerId From(ContainerID id) => id.Parent is { } parent ? From(parent).Child(id.Value) : new ContainerId(id.Value);

    public int CompareTo(ContainerId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}
