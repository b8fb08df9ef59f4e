using System.Collections.Concurrent;
using Offerbook.Batch.Core;
using Offerbook.Batch.Errors;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Http;

/// <summary>Between the web server's threads and the core: hands calls in and brings replies back to whoever asked.</summary>
internal sealed class ApiGate : ITermGate<BatchMessage>
{
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<Reply>> _asking = new();
    private long _connections;
    private volatile Func<BatchMessage, bool>? _post;
    private volatile string? _halted;

    public void Open(Func<BatchMessage, bool> post)
    {
        _post = post;
        _halted = null;
    }

    /// <summary>Only the core knows the jobs: everything is refused (507).</summary>
    public void Halt(string why, bool isClean)
    {
        _halted = "Nothing can be written now: " + why;
        Refuse();
        foreach (var connection in isClean ? _asking.Keys : [])
        {
            Answer(new Reply(connection, 507, ApiError.Body(_halted)));
        }
    }

    /// <summary>Asks the core. Answers 503 itself when the core has too much to do, or nobody takes calls.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async Task<Reply> AskAsync(ApiCall call, CancellationToken clientLeft)
    {
        var connection = new ConnectionId(Interlocked.Increment(ref _connections));
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asking[connection] = answer;
        if (_post?.Invoke(new BatchMessage.ApiCalled(connection, call)) != true)
        {
            _asking.TryRemove(connection, out _);
            return _halted is { } why ? new Reply(connection, 507, ApiError.Body(why))
                : Unavailable(connection, _post is null ? Closed : "Batch has too much to do. Try again in a moment");
        }
        try
        {
            return await answer.Task.WaitAsync(clientLeft);
        }
        catch (OperationCanceledException)
        {
            _asking.TryRemove(connection, out _);
            // If the mailbox is full, the core finds out when the wait is over.
            _post?.Invoke(new BatchMessage.ConnectionClosed(connection));
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

    public void Refuse() => _post = null;

    /// <summary>Answers everybody who still waits, and takes no more.</summary>
    public void Close()
    {
        Refuse();
        foreach (var connection in _asking.Keys)
        {
            Answer(Unavailable(connection, Closed));
        }
    }

    private const string Closed = "Batch is starting or stopping. Try again in a moment";

    private static Reply Unavailable(ConnectionId connection, string message) => new(connection, 503, ApiError.Body(message));
}
