using Microsoft.AspNetCore.Http;
using Offerbook.Master.Operator.Events;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>An operator's SUBSCRIBE: the snapshot that it shares with those who came at the same time, then the feed that all share.</summary>
internal sealed class OperatorExchange(HttpContext context, MessageFormat format, EventFeed<OperatorEvent> feed) : Exchange(context)
{
    private static readonly EncodedEvent<OperatorEvent> Heartbeat = new(OperatorEvents.Heartbeat);

    private FeedStream<OperatorEvent>? _stream;

    /// <param name="position">The first event of the feed that is not in the snapshot.</param>
    public void Start(OperatorSnapshot snapshot, long position)
    {
        _stream = new FeedStream<OperatorEvent>(Context, format, feed, snapshot.FrameAsync(format), position);
        Beat();
        Open("");
    }

    public void Beat() => _stream?.SendNext(Heartbeat);

    /// <summary>Everything was done by <see cref="Start"/>; this stream has no id.</summary>
    protected override void OpenStream(string streamId)
    {
    }

    protected override void CloseStream()
    {
        if (_stream is null)
        {
            Answer(StatusCodes.Status503ServiceUnavailable, "Too many operators follow the events; the oldest stream was closed, which is this one");
        }
        else
        {
            _stream.Close();
        }
    }

    protected override Task RunStreamAsync() => _stream!.RunAsync();
}
