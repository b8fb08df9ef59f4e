using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Http.Events;

/// <summary>
/// Writes one client's stream: the state, what it missed, what happens. The view that readers see is published before the events of
/// the same turn, so what was published before a look at the view is in its window, and what comes later from the hub is known by its id.
/// Ids are dense, so a client is never told of an event whose predecessor it has not been told of: what the journal kept of one term and
/// only the next term found there, the hub never had.
/// </summary>
internal sealed class EventWriter(HttpContext context, EventFilter filter, CoreGate core, HttpMeter meter)
{
    /// <summary>Bytes of the state that are gathered before they are written.</summary>
    private const int ChunkBytes = 64 * 1024;

    /// <summary>A client that has missed fewer than this follows; one that has missed more first gets them, and then looks again.</summary>
    private const int FewMissed = EventListener.Capacity / 2;

    private readonly CancellationToken _aborted = context.RequestAborted;

    /// <summary>Id of the last event that was written, or left out because the client does not want it.</summary>
    private long _position;

    public void GoOnAfter(long id) => _position = id;

    public async Task StartAsync()
    {
        var response = context.Response;
        response.ContentType = MediaTypes.EventStream;
        response.Headers.Connection = "close";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(_aborted);
        await FlushAsync();
    }

    /// <summary>Writes the state as of now.</summary>
    public async Task WriteStateAsync(AppPieces pieces)
    {
        var (view, gathered) = (core.View, new ArrayBufferWriter<byte>());
        foreach (var frame in StateFrames.Of(view, filter, pieces))
        {
            gathered.Write(frame.Span);
            if (gathered.WrittenCount >= ChunkBytes)
            {
                await WriteAsync(gathered.WrittenMemory);
                gathered.ResetWrittenCount();
            }
        }
        await WriteAsync(gathered.WrittenMemory);
        await FlushAsync();
        _position = view.State.LastEventId;
    }

    /// <summary>Writes what the client has missed, until that is little.</summary>
    /// <returns>False when part of it is not kept any more: the client was too slow.</returns>
    public async Task<bool> CatchUpAsync()
    {
        while (true)
        {
            var state = core.View.State;
            if (_position >= state.LastEventId)
            {
                return true;
            }
            if (!state.Events.Reaches(_position, state.LastEventId))
            {
                return false;
            }
            var missed = state.LastEventId - _position;
            await WriteAsync(new EventBatch(state.Events.After(_position).Select(published => new EventFrame(published)).ToArray()));
            await FlushAsync();
            if (missed < FewMissed)
            {
                return true;
            }
        }
    }

    /// <summary>Writes what happens, until the listener is cut, or something of it is not to be had.</summary>
    public async Task FollowAsync(EventListener listener)
    {
        while (await listener.Batches.WaitToReadAsync(_aborted))
        {
            while (listener.Batches.TryRead(out var batch))
            {
                if (batch.Skips(_position) && !await CatchUpAsync())
                {
                    return;
                }
                await WriteAsync(batch);
                await FlushAsync();
                listener.Written(batch);
            }
        }
    }

    private async Task WriteAsync(EventBatch batch)
    {
        if (batch.Count == 0)
        {
            await WriteAsync(batch.Bytes);
            return;
        }
        var (isWhole, state) = (filter.WantsEverything && batch.Frames[0].Id > _position, core.View.State);
        if (isWhole)
        {
            await WriteAsync(batch.Bytes);
        }
        foreach (var frame in batch.Frames)
        {
            if (!isWhole && frame.Id > _position && filter.Wants(frame, state))
            {
                await WriteAsync(frame.Bytes);
            }
        }
        _position = Math.Max(_position, batch.Frames[^1].Id);
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        meter.Streamed(bytes.Length);
        return context.Response.Body.WriteAsync(bytes, _aborted);
    }

    private Task FlushAsync() => context.Response.Body.FlushAsync(_aborted);
}
