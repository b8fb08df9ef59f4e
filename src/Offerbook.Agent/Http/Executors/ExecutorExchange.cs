using Microsoft.AspNetCore.Http;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http.Executors;

/// <summary>
/// One call of an executor and its answer, which is a status with a text or, for SUBSCRIBE, a stream. The request's handler waits
/// in <see cref="RunAsync"/>; everything else is called from the thread that performs the core's effects, and waits for nobody.
/// </summary>
internal sealed class ExecutorExchange(HttpContext context, MessageFormat format)
{
    private readonly TaskCompletionSource<(int Status, string Text)?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventStream<ExecutorEvent> _stream = new(context, format, StreamBounds.Default);
    private volatile bool _closed;

    /// <summary>The core has ended the stream itself, and need not be told.</summary>
    public bool IsClosedByAgent => _closed;

    public void Answer(int status, string text) => _outcome.TrySetResult((status, text));

    public void Open() => _outcome.TrySetResult(null);

    public void Send(ExecutorEvent @event) => _stream.TrySend(@event);

    public void Close()
    {
        _closed = true;
        _stream.Close();
    }

    /// <summary>The agent stops: a call that waits is refused, a stream ends.</summary>
    public void Fail()
    {
        if (!_outcome.TrySetResult((StatusCodes.Status503ServiceUnavailable, "The agent is stopping")))
        {
            Close();
        }
    }

    /// <summary>Sends what the core answers.</summary>
    /// <returns>Whether a stream was opened, or may still be: the caller left before the answer came.</returns>
    public async Task<bool> RunAsync()
    {
        (int Status, string Text)? outcome;
        try
        {
            outcome = await _outcome.Task.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        if (outcome is var (status, text))
        {
            await context.Response.WriteTextAsync(status, text);
            return false;
        }
        await _stream.RunAsync();
        return true;
    }
}
