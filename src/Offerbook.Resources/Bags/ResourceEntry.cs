namespace Offerbook.Resources;

/// <summary>One resource of a bag: what it is, how much of it and, for a shared one, how many copies.</summary>
/// <param name="Count">1 unless shared.</param>
public readonly record struct ResourceEntry(ResourceKind Kind, ResourceValue Value, int Count = 1)
{
    public string Name => Kind.Name;

    public bool IsEmpty => Value.IsEmpty || Count <= 0;

    /// <summary>
    /// The two are one pool: adding makes one entry of them. Exclusive disks never are, shared ones only when equal throughout.
    /// </summary>
    public bool MergesWith(in ResourceEntry other) =>
        Kind.Equals(other.Kind)
        && Value.Type == other.Value.Type
        && (Kind.IsShared ? Value == other.Value : !Kind.IsExclusive);

    /// <summary>Something of <paramref name="other"/> could be taken from this one: one pool, or the very same exclusive disk.</summary>
    public bool CanLose(in ResourceEntry other) =>
        Kind.Equals(other.Kind)
        && Value.Type == other.Value.Type
        && (!(Kind.IsShared || Kind.IsExclusive) || Value == other.Value);

    /// <summary>All of <paramref name="other"/> could be taken from this one.</summary>
    public bool Covers(in ResourceEntry other) =>
        CanLose(other) && (Kind.IsShared ? Count >= other.Count : Value.Contains(other.Value));

    /// <summary><c>cpus(allocated: web):4</c>; shared entries end in their number of copies: <c>&lt;2&gt;</c>.</summary>
    public override string ToString() => Kind + ":" + Value + (Kind.IsShared ? "<" + Count + ">" : "");
}
