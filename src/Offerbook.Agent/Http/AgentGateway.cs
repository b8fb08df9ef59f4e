using System.Collections.Concurrent;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Standalone;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Http;

/// <summary>Puts the questions of HTTP requests to the core and brings back the answers.</summary>
internal sealed class AgentGateway(AgentMailbox mailbox)
{
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<object?>> _waiting = new();
    private long _lastConnection;

    /// <exception cref="OperationCanceledException">The client has left, or the agent stops.</exception>
    public async Task<AgentView> ViewAsync(CancellationToken cancellation) =>
        await AskAsync(connection => new AgentMessage.QueryView(connection), cancellation) as AgentView
        ?? throw new InvalidOperationException("the core answered a question for its state with nothing");

    /// <summary>Carries out a call about containers; WAIT is answered when the container has ended.</summary>
    /// <exception cref="OperationCanceledException">The client has left, or the agent stops.</exception>
    public async Task<ContainerReply> CallAsync(ContainerCall call, CancellationToken cancellation)
    {
        ConnectionId? made = null;
        try
        {
            return await AskAsync(connection =>
            {
                made = connection;
                return new AgentMessage.ContainerCallReceived(connection, call);
            }, cancellation) as ContainerReply ?? throw new InvalidOperationException(
                "the core answered a call about a container with nothing");
        }
        catch (OperationCanceledException) when (made is not null)
        {
            await mailbox.PostAsync(new AgentMessage.ContainerCallAbandoned(made.Value));
            throw;
        }
    }

    /// <summary>Kills every task and returns when all have ended.</summary>
    public Task KillAllTasksAsync(TimeSpan grace, CancellationToken cancellation) =>
        AskAsync(connection => new AgentMessage.KillAllTasks(connection, grace), cancellation);

    public void Answer(ConnectionId connection, object? answer)
    {
        if (_waiting.TryRemove(connection, out var waiting))
        {
            waiting.TrySetResult(answer);
        }
    }

    private async Task<object?> AskAsync(Func<ConnectionId, AgentMessage> question, CancellationToken cancellation)
    {
        var connection = new ConnectionId(Interlocked.Increment(ref _lastConnection));
        var waiting = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[connection] = waiting;
        try
        {
            await mailbox.PostAsync(question(connection));
            return await waiting.Task.WaitAsync(cancellation);
        }
        finally
        {
            _waiting.TryRemove(connection, out _);
        }
    }
}
