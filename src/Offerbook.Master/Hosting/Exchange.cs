using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>
/// One call and its answer, which is a status with a text or, for a subscription, a stream. The request's handler waits in
/// <see cref="RunAsync"/>; everything else is called from the thread that performs effects, which also writes the answer (some 20 µs,
/// and it waits for nobody): a call that was answered must not stand in the thread pool's queue once more.
/// </summary>
internal abstract class Exchange(HttpContext context)
{
    private readonly TaskCompletionSource<(int Status, string Text)?> _outcome = new();

    /// <summary>The master has ended the stream itself.</summary>
    public bool IsClosedByMaster { get; private set; }

    /// <summary>Ends with the core's answer; null when the call needed none.</summary>
    public IDisposable? Admission { private get; init; }

    protected HttpContext Context => context;

    /// <summary>Of an answer with a text.</summary>
    public string ContentType { private get; init; } = MediaTypes.Text;

    public void Answer(int status, string text) => _outcome.TrySetResult((status, text));

    public void Open(string streamId)
    {
        OpenStream(streamId);
        _outcome.TrySetResult(null);
    }

    public void Close()
    {
        IsClosedByMaster = true;
        CloseStream();
    }

    /// <summary>The call found no room in the mailbox and was not made.</summary>
    public void Overload(int waiting)
    {
        _outcome.TrySetResult(
            (StatusCodes.Status503ServiceUnavailable, $"The master has {waiting} calls to answer first. Try again in a second"));
    }

    /// <summary>The master does not serve any more: ends the stream, or answers 503 with the reason.</summary>
    public void Fail(string why)
    {
        if (!_outcome.TrySetResult((StatusCodes.Status503ServiceUnavailable, why)))
        {
            CloseStream();
        }
    }

    /// <summary>Sends what the core answers.</summary>
    /// <returns>Whether a stream was opened, which has now ended.</returns>
    public async Task<bool> RunAsync()
    {
        var outcome = await _outcome.Task;
        Admission?.Dispose();
        if (outcome is var (status, text))
        {
            if (status == StatusCodes.Status503ServiceUnavailable)
            {
                context.Response.Headers.RetryAfter = "1";
            }
            await context.Response.WriteTextAsync(status, text, ContentType);
            return false;
        }
        await RunStreamAsync();
        return true;
    }

    protected abstract void OpenStream(string streamId);

    protected abstract void CloseStream();

    protected abstract Task RunStreamAsync();
}

/// <param name="format">What a stream's events are written in.</param>
/// <param name="streamHeader">The header that tells the stream's id.</param>
internal sealed class Exchange<TEvent>(HttpContext context, MessageFormat format, string streamHeader) : Exchange(context)
    where TEvent : class, IMessage
{
    private EventStream<TEvent>? _stream;

    public void Send(EncodedEvent<TEvent> message) => _stream?.TrySend(message);

    public void Send(IReadOnlyList<TEvent> messages) => _stream?.TrySend(messages);

    protected override void OpenStream(string streamId)
    {
        Context.Response.Headers[streamHeader] = streamId;
        _stream = new EventStream<TEvent>(Context, format, StreamBounds.Default);
    }

    protected override void CloseStream() => _stream?.Close();

    protected override Task RunStreamAsync() => _stream!.RunAsync();
}
