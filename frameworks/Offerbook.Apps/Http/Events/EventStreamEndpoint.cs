using Microsoft.AspNetCore.Http;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.Events;

/// <summary>
/// GET /v2/events. Without further parameters a client hears what the API's original would tell it, from its own arrival on; each event
/// also has an id, with which a client can go on later. The rest is for those who ask for it.
/// </summary>
internal sealed class EventStreamEndpoint(EventHub hub, CoreGate core, AppPieces pieces, HttpMeter meter) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Stream("/v2/events", "Follow the events, as server-sent events", ServeAsync)
            .Asks(new QueryParameter("event_type", "[text]", "Only events of this type"),
                new QueryParameter("plan-format", "text", "light, the only form there is"),
                new QueryParameter("app", "[text]", "Only events about this app or pod, or with /* at the end about those of a group"),
                new QueryParameter("label", "text", "Only events about apps and pods that this label selector chooses"),
                new QueryParameter("last_event_id", "int", "Go on after this event; the header Last-Event-ID says the same and goes first"),
                new QueryParameter("snapshot", "flag",
                    "Send the state first, then the events since: snapshot_app, snapshot_pod, snapshot_deployment, snapshot_complete",
                    "false"))
            .Gives(200, "text", "The stream", "text/event-stream").Refuses(405, "The client does not accept text/event-stream")
            .Refuses(410, "The events after Last-Event-ID are not kept any more").Refuses(503, "Too many streams are open").As(),
    ];

    /// <returns>What to send instead of a stream; null when the stream has been served.</returns>
    public async Task<ApiResponse?> ServeAsync(ApiRequest request)
    {
        if (request.IsHead || !request.Accepts.Names("text/event-stream"))
        {
            return ApiRouter.MethodNotAllowed;
        }
        var filter = EventFilter.Read(request);
        if (!filter.IsOk)
        {
            return ApiResponse.Error(filter.Error);
        }
        var position = EventPosition.Read(request, core.View.State);
        if (!position.IsOk)
        {
            return ApiResponse.Error(position.Error);
        }
        if (!hub.TryEnter())
        {
            return ApiResponse.Error(503, $"Too many event streams are open; at most {EventHub.MaxListeners} are served.");
        }
        try
        {
            await ServeAsync(request.Context, new EventWriter(request.Context, filter.Value, core, meter), position.Value);
        }
        catch (OperationCanceledException) when (request.Context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, which is how these streams end.
        }
        catch (IOException)
        {
            // As above, noticed while writing.
        }
        finally
        {
            hub.Leave();
        }
        return null;
    }

    private async Task ServeAsync(HttpContext context, EventWriter writer, EventPosition position)
    {
        await writer.StartAsync();
        if (position.TakesState)
        {
            await writer.WriteStateAsync(pieces);
        }
        else if (position.After is { } after)
        {
            writer.GoOnAfter(after);
        }
        if ((position.TakesState || position.After is not null) && !await writer.CatchUpAsync())
        {
            context.Abort();
            return;
        }
        var (listener, remote) = (new EventListener(), CoreGate.AddressOf(context));
        // Attached before the core is told of it, so that the client sees the event of its own arrival.
        hub.Attach(listener);
        try
        {
            if (position == default)
            {
                writer.GoOnAfter(core.View.State.LastEventId);
            }
            core.TryPost(new AppsMessage.EventStreamChanged(remote, true));
            if (await writer.CatchUpAsync())
            {
                await writer.FollowAsync(listener);
            }
            context.Abort();
        }
        finally
        {
            hub.Detach(listener);
            core.TryPost(new AppsMessage.EventStreamChanged(remote, false));
        }
    }
}
