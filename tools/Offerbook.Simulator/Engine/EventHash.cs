namespace Offerbook.Simulator.Engine;

/// <summary>
/// A rolling FNV-1a hash over everything that happened in a run. Two runs of a seed that differ in one byte of one message, in one
/// instant or in one order have different hashes: that is how nondeterminism in a core is found.
/// </summary>
public sealed class EventHash
{
    private const ulong Prime = 1099511628211;

    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(long number)
    {
        var hash = Value;
        for (var i = 0; i < 8; i++)
        {
            hash = (hash ^ (byte)(number >> (8 * i))) * Prime;
        }
        Value = hash;
    }

    public void Add(string text)
    {
        var hash = Value;
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }
        Value = (hash ^ 0xFFFF) * Prime;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var hash = Value;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * Prime;
        }
        Value = (hash ^ (ulong)bytes.Length) * Prime;
    }
}
