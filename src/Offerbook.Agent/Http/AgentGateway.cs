using System.Collections.Concurrent;
using Offerbook.Agent.Hosting;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Http;

/// <summary>Puts the questions of HTTP requests to the core and brings back the answers.</summary>
internal sealed class AgentGateway(AgentMailbox mailbox)
{
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<AgentView?>> _waiting = new();
    private long _lastConnection;

    /// <exception cref="OperationCanceledException">The client has left, or the agent stops.</exception>
    public async Task<AgentView> ViewAsync(CancellationToken cancellation) =>
        await AskAsync(connection => new AgentMessage.QueryView(connection), cancellation)
        ?? throw new InvalidOperationException("the core answered a question for its state with nothing");

    /// <summary>Kills every task and returns when all have ended.</summary>
    public Task KillAllTasksAsync(TimeSpan grace, CancellationToken cancellation) =>
        AskAsync(connection => new AgentMessage.KillAllTasks(connection, grace), cancellation);

    public void Answer(ConnectionId connection, AgentView? view)
    {
        if (_waiting.TryRemove(connection, out var waiting))
        {
            waiting.TrySetResult(view);
        }
    }

    private async Task<AgentView?> AskAsync(Func<ConnectionId, AgentMessage> question, CancellationToken cancellation)
    {
        var connection = new ConnectionId(Interlocked.Increment(ref _lastConnection));
        var waiting = new TaskCompletionSource<AgentView?>(TaskCreationOptions.RunContinuationsAsynchronously);
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
