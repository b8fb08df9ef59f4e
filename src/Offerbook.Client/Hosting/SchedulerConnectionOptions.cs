using Offerbook.Coordination;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Client.Hosting;

/// <param name="Masters">Tried in turn, one after the other; at least one, unless there is a <see cref="DetectMaster"/>. Only scheme, host
/// and port are used.</param>
public sealed record SchedulerConnectionOptions(IReadOnlyList<Uri> Masters)
{
    /// <summary>Makes what names the leading master, in place of the list; the connection disposes of it. Null: the list.</summary>
    public Func<Task<ILeaderDetector>>? DetectMaster { get; init; }

    /// <summary>Protobuf unless somebody wants to read along.</summary>
    public MessageFormat Format { get; init; } = MessageFormat.Protobuf;

    /// <summary>
    /// Calls that may wait to be sent: some tens of megabytes. A subscription with more is ended, since the master does not keep up.
    /// </summary>
    public int MaxCallsWaiting { get; init; } = 16_384;

    /// <summary>
    /// Asked before every SUBSCRIBE whether it may be sent. Null: it may; a text: not now, and why. What it throws breaks the connection.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? BeforeSubscribing { get; init; }

    public StreamingClientOptions Http { get; init; } = StreamingClientOptions.Default;
}
