using System.Collections.Concurrent;
using Offerbook.Batch.Core;
using Offerbook.Batch.Errors;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Http;

/// <summary>Between the web server's threads and the core: hands calls in and brings replies back to whoever asked.</summary>
internal sealed class ApiGate(Func<BatchMessage, bool> tryPost)
{
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<Reply>> _asking = new();
    private long _connections;
    private volatile bool _closed;

    /// <summary>Asks the core. Answers 503 itself when the core has too much to do or is ending.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async Task<Reply> AskAsync(ApiCall call, CancellationToken clientLeft)
    {
        var connection = new ConnectionId(Interlocked.Increment(ref _connections));
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asking[connection] = answer;
        if (_closed || !tryPost(new BatchMessage.ApiCalled(connection, call)))
        {
            _asking.TryRemove(connection, out _);
            return Unavailable(connection, _closed ? "Batch is stopping" : "Batch has too much to do. Try again in a moment");
        }
        try
        {
            return await answer.Task.WaitAsync(clientLeft);
        }
        catch (OperationCanceledException)
        {
            _asking.TryRemove(connection, out _);
            // If the mailbox is full, the core finds out when the wait is over.
            tryPost(new BatchMessage.ConnectionClosed(connection));
            throw;
        }
    }

    public void Answer(Reply reply)
    {
        if (_asking.TryRemove(reply.Connection, out var answer))
        {
            answer.TrySetResult(reply);
        }
    }

    /// <summary>Answers everybody who still waits, and takes no more.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var connection in _asking.Keys)
        {
            Answer(Unavailable(connection, "Batch is stopping"));
        }
    }

    private static Reply Unavailable(ConnectionId connection, string message) => new(connection, 503, ApiError.Body(message));
}
