using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Election;

/// <param name="Path">Of the <c>zk://</c> address: absolute, without a slash at the end unless it is the root.</param>
/// <param name="Address">Where the candidate is reached.</param>
/// <param name="Data">What its node holds.</param>
public sealed record CandidateOptions(string Path, NodeFormat Format, Uri Address, ReadOnlyMemory<byte> Data)
{
    /// <summary>
    /// Asked for each node that is made, in place of <see cref="Data"/>: a master has another id in each candidacy. Null: they are all the
    /// same.
    /// </summary>
    public Func<ReadOnlyMemory<byte>>? Describe { get; init; }
}
