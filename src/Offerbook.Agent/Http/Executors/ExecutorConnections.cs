using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Offerbook.Actors;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Http.Executors;

/// <summary>
/// The calls and streams of executors that are open, by the number under which the core knows them. As many as the web server has requests.
/// </summary>
internal sealed class ExecutorConnections(AgentMailbox mailbox) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConnectionId, ExecutorExchange> _open = new();
    private long _last;
    private volatile bool _stopping;

    /// <summary>Puts the call before the core and sends what it answers; stays until a stream has ended.</summary>
    public Task ServeAsync(HttpContext context, ExecutorCall call, ExecutorClaims? claims, MessageFormat format)
    {
        var connection = new ConnectionId(Interlocked.Increment(ref _last));
        var exchange = new ExecutorExchange(context, format);
        _open[connection] = exchange;
        if (_stopping)
        {
            exchange.Fail();
        }
        // The call is let go of: a stream may last for months, and a SUBSCRIBE may be large.
        return StayAsync(connection, exchange, mailbox.PostAsync(new AgentMessage.ExecutorCallReceived(connection, call, claims)));
    }

    public void Perform(ExecutorEffect effect)
    {
        switch (effect)
        {
            case ExecutorEffect.Answer answer:
                Find(answer.Connection)?.Answer(answer.Status, answer.Text);
                break;
            case ExecutorEffect.OpenStream open:
                Find(open.Stream)?.Open();
                break;
            case ExecutorEffect.Send send:
                Find(send.Stream)?.Send(send.Event);
                break;
            case ExecutorEffect.CloseStream close:
                Find(close.Stream)?.Close();
                break;
            default:
                Invariant.Fail($"the connections of executors know no effect {effect.GetType().Name}");
                break;
        }
    }

    /// <summary>Ends every stream: the executors will look for the next agent.</summary>
    public ValueTask DisposeAsync()
    {
        _stopping = true;
        foreach (var exchange in _open.Values)
        {
            exchange.Fail();
        }
        return ValueTask.CompletedTask;
    }

    private async Task StayAsync(ConnectionId connection, ExecutorExchange exchange, ValueTask posted)
    {
        try
        {
            await posted;
            if (await exchange.RunAsync() && !exchange.IsClosedByAgent)
            {
                await mailbox.PostAsync(new AgentMessage.ExecutorStreamEnded(connection));
            }
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    }

    private ExecutorExchange? Find(ConnectionId connection) => _open.GetValueOrDefault(connection);
}
