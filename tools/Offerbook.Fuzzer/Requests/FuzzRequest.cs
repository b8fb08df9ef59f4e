namespace Offerbook.Fuzzer.Requests;

/// <summary>Bytes to write to a connection of their own, and what must come back.</summary>
/// <param name="Seed">With the index it gives the same request again.</param>
/// <param name="What">For people.</param>
/// <param name="Parts">Written one after the other, each after its pause.</param>
/// <param name="Answers">How many answers a server owes: 0 when the request is no HTTP or is cut off, so that closing is right too.</param>
/// <param name="End">What the client does when everything is written.</param>
public sealed record FuzzRequest(long Seed, long Index, string What, IReadOnlyList<Part> Parts, int Answers, ClientEnd End)
{
    /// <summary>Everything that is written, without the pauses.</summary>
    public byte[] Bytes => [.. Parts.SelectMany(part => part.Bytes)];

    /// <summary>Whether the answer to a HEAD is awaited, which names a length and has no body.</summary>
    public bool IsHead { get; init; }

    /// <summary>Whether it is a call of someone who is subscribed, whole and not spoiled: one that a master should take.</summary>
    public bool IsMeant { get; init; }
}

/// <param name="PauseMs">Time to let pass before writing.</param>
public sealed record Part(byte[] Bytes, int PauseMs = 0);

public enum ClientEnd
{
    /// <summary>Reads the answers, of a stream a little, and closes.</summary>
    Read,

    /// <summary>Says that nothing more will be written, then reads.</summary>
    HalfClose,

    /// <summary>Leaves at once without reading, with a reset.</summary>
    Reset,

    /// <summary>Reads nothing and stays, until many others stay too.</summary>
    Linger,
}
