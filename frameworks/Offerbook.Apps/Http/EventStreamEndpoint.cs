using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Routing;
using Offerbook.Wire.Http;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Http;

/// <summary>
/// GET /v2/events. The listener is attached before the core is told of it, so that it sees the event of its own arrival. An empty
/// line every ten seconds shows both sides that the other is there.
/// </summary>
internal sealed class EventStreamEndpoint(EventHub hub, CoreGate core, TimeProvider time) : IApiEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Stream("/v2/events", "Follow the events, as server-sent events", ServeAsync)
            .Asks(new QueryParameter("event_type", "[text]", "Only events of this type"),
                new QueryParameter("plan-format", "text", "light, the only form there is"))
            .Gives(200, "text", "The stream", "text/event-stream").Refuses(405, "The client does not accept text/event-stream")
            .Refuses(503, "Too many streams are open").As(),
    ];

    /// <returns>What to send instead of a stream; null when the stream has been served.</returns>
    public async Task<ApiResponse?> ServeAsync(ApiRequest request)
    {
        if (request.IsHead || !request.Accepts.Names("text/event-stream"))
        {
            return ApiRouter.MethodNotAllowed;
        }
        var types = request.Texts("event_type");
        if (hub.Attach(types) is not { } listener)
        {
            return ApiResponse.Error(503, $"Too many event streams are open; at most {EventHub.MaxListeners} are served.");
        }
        var remote = CoreGate.AddressOf(request.Context);
        try
        {
            core.TryPost(new AppsMessage.EventStreamChanged(remote, true));
            await StreamAsync(request.Context, listener);
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
            hub.Detach(listener);
            core.TryPost(new AppsMessage.EventStreamChanged(remote, false));
        }
        return null;
    }

    private async Task StreamAsync(HttpContext context, EventListener listener)
    {
        var response = context.Response;
        response.ContentType = MediaTypes.EventStream;
        response.Headers.Connection = "close";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var aborted = context.RequestAborted;
        await response.StartAsync(aborted);
        await response.Body.FlushAsync(aborted);

        using var heartbeat = new PeriodicTimer(Heartbeat, time);
        var beat = heartbeat.WaitForNextTickAsync(aborted).AsTask();
        var more = listener.Frames.WaitToReadAsync(aborted).AsTask();
        while (true)
        {
            await Task.WhenAny(more, beat);
            if (more.IsCompleted)
            {
                if (!await more)
                {
                    context.Abort();
                    return;
                }
                while (listener.Frames.TryRead(out var frame))
                {
                    await response.Body.WriteAsync(frame, aborted);
                }
                more = listener.Frames.WaitToReadAsync(aborted).AsTask();
            }
            if (beat.IsCompleted)
            {
                await beat;
                await response.Body.WriteAsync(SseFrame.KeepAlive.ToArray(), aborted);
                beat = heartbeat.WaitForNextTickAsync(aborted).AsTask();
            }
            await response.Body.FlushAsync(aborted);
        }
    }
}
