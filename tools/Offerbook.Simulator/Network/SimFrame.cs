namespace Offerbook.Simulator.Network;

/// <summary>
/// What crosses the network in one piece: a request, an answer, or one event of a stream. Only text and bytes cross, never an object
/// of a core, so that no state is shared between machines.
/// </summary>
/// <param name="What">A stable description for the trace, such as <c>Call ACCEPT</c>.</param>
/// <param name="Body">Owned by the frame: the sender must not change it afterwards.</param>
/// <param name="Status">HTTP status of an answer; 0 for requests and for what follows on a stream.</param>
/// <param name="StreamId">The one header that matters.</param>
public sealed record SimFrame(string What, ReadOnlyMemory<byte> Body, int Status = 0, string? StreamId = null)
{
    /// <summary>Where a request goes.</summary>
    public string Path { get; init; } = "";

    /// <summary>How often it was handed on by a proxy.</summary>
    public int Hops { get; init; }

    /// <summary>Where a redirect points: the name of a machine.</summary>
    public string? Location { get; init; }

    public string Text => System.Text.Encoding.UTF8.GetString(Body.Span);
}
