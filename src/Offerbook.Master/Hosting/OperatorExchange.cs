using Microsoft.AspNetCore.Http;
using Offerbook.Master.Authorization;
using Offerbook.Master.Operator.Events;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>
/// An operator's SUBSCRIBE: the snapshot that it shares with those who came at the same time, then the feed that all share. Who may not
/// see everything has a snapshot of its own, and is left out of some events.
/// </summary>
/// <param name="filter">Null: it may see everything.</param>
internal sealed class OperatorExchange(HttpContext context, MessageFormat format, EventFeed<OperatorEvent> feed,
    ViewFilter? filter) : Exchange(context)
{
    private static readonly EncodedEvent<OperatorEvent> Heartbeat = new(OperatorEvents.Heartbeat);

    private FeedStream<OperatorEvent>? _stream;

    /// <param name="position">The first event of the feed that is not in the snapshot.</param>
    public void Start(OperatorSnapshot snapshot, long position)
    {
        _stream = filter is null
            ? new FeedStream<OperatorEvent>(Context, format, feed, snapshot.FrameAsync(format), position)
            : Filtered(filter, snapshot.View, position);
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
            Answer(StatusCodes.Status503ServiceUnavailable,
                "Too many operators follow the events; the oldest stream was closed, which is this one");
        }
        else
        {
            _stream.Close();
        }
    }

    protected override Task RunStreamAsync() => _stream!.RunAsync();

    /// <summary>Both are made off this thread, which is that of all effects: they walk over the whole view.</summary>
    private FeedStream<OperatorEvent> Filtered(ViewFilter own, MasterView view, long position)
    {
        var events = new Lazy<EventFilter>(() => new EventFilter(own, view));
        return new FeedStream<OperatorEvent>(Context, format, feed,
            Task.Run(() => new OperatorSnapshot(own.Apply(view)).FrameAsync(format)), position)
        {
            Select = happened => events.Value.Select(happened),
        };
    }
}
