namespace Offerbook.Simulator.Coordination;

/// <summary>One node of the tree.</summary>
/// <param name="owner">The session that it goes with; 0 for a persistent one.</param>
internal sealed class CoordinatorNode(ReadOnlyMemory<byte> data, long owner)
{
    public ReadOnlyMemory<byte> Data => data;

    public long Owner => owner;

    /// <summary>The number that the next sequential child gets; it only grows.</summary>
    public int NextChild { get; set; }
}
