using System.Globalization;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http.Events;

/// <summary>From where a client wants to hear events.</summary>
/// <param name="After">Those after the one with this id; null: those from now on.</param>
/// <param name="TakesState">Wants the state first.</param>
internal readonly record struct EventPosition(long? After, bool TakesState)
{
    /// <summary>
    /// Reads <c>Last-Event-ID</c>, as a header or as the parameter <c>last_event_id</c>, and <c>snapshot</c>. A client that comes back with
    /// both goes on where it was if that can still be, and else gets the state again.
    /// </summary>
    public static ApiResult<EventPosition> Read(ApiRequest request, AppsState state)
    {
        var wantsState = request.Flag("snapshot");
        var header = request.Context.Request.Headers["Last-Event-ID"].ToString();
        var text = header.Length > 0 ? header : request.Text("last_event_id") ?? "";
        if (text.Length == 0)
        {
            return new EventPosition(null, wantsState);
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return ApiErrors.BadRequest(
                $"Last-Event-ID must be the number of an event, not '{text}'. Leave it out to hear events from now on.");
        }
        if (state.Events.Reaches(id, state.LastEventId))
        {
            return new EventPosition(id, false);
        }
        return wantsState
            ? new EventPosition(null, true)
            : ApiError.Of(410,
                $"Events after {id} are not kept any more, or not there yet; "
                + $"those after {Oldest(state) - 1} up to {state.LastEventId} are. "
                + "Read the state again and connect without Last-Event-ID, or with snapshot=true to get it from the stream.");
    }

    private static long Oldest(AppsState state) => state.Events.First ?? state.LastEventId + 1;
}
