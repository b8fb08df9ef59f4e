using System.Collections.Concurrent;
using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Wire.Http;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Hosting;

/// <summary>
/// The HTTP exchanges that are open, by the number under which the core knows them. Carries out the core's effects, in order, on
/// one task; nothing here waits for a client. As many as Kestrel has requests.
/// </summary>
/// <param name="warn">Writes a line to the log.</param>
internal sealed class Exchanges(Action<string> warn) : IEffectHandler
{
    private readonly ConcurrentDictionary<ConnectionId, Exchange> _open = new();
    private object? _lastEncoded;
    private long _last;
    private volatile string? _failed;

    public event Action<ConnectionId, Operator.Views.MasterView>? ViewPublished;

    /// <summary>What the offer book is told, in order. Must not block.</summary>
    public event Action<MasterEffect>? OfferBookTold;

    public EventFeed<OperatorEvent> OperatorFeed { get; } = new(FeedBounds.Default);

    public ConnectionId NextConnection() => new(Interlocked.Increment(ref _last));

    public ConnectionId Add(Exchange exchange)
    {
        var connection = NextConnection();
        _open[connection] = exchange;
        if (_failed is { } why)
        {
            exchange.Fail(why);
        }
        return connection;
    }

    public void Remove(ConnectionId connection) => _open.TryRemove(connection, out _);

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.Answer answer:
                Find(answer.Connection)?.Answer(answer.Status, answer.Text);
                break;
            case MasterEffect.OpenStream open:
                Find(open.Connection)?.Open(open.StreamId);
                break;
            case MasterEffect.SendToScheduler send:
                (Find(send.Stream) as Exchange<SchedulerEvent>)?.Send(Encode(send.Event));
                break;
            case MasterEffect.SendAllToScheduler send:
                (Find(send.Stream) as Exchange<SchedulerEvent>)?.Send(send.Events);
                break;
            case MasterEffect.SendToAgent send:
                (Find(send.Stream) as Exchange<AgentEvent>)?.Send(Encode(send.Event));
                break;
            case MasterEffect.CloseStream close:
                Find(close.Stream)?.Close();
                break;
            case MasterEffect.SendToOperators send:
                OperatorFeed.Append(send.Events);
                break;
            case MasterEffect.HeartbeatOperator heartbeat:
                (Find(heartbeat.Stream) as OperatorExchange)?.Beat();
                break;
            case MasterEffect.OpenOperatorStreams open:
                Open(open);
                break;
            case MasterEffect.OffersMade or MasterEffect.OfferOver or MasterEffect.OfferBookReached or MasterEffect.WhyAnswered:
                OfferBookTold?.Invoke((MasterEffect)effect);
                break;
            case MasterEffect.PublishView publish:
                ViewPublished?.Invoke(publish.Connection, publish.View);
                break;
            case MasterEffect.Warn warning:
                warn(warning.Text);
                break;
            default:
                Invariant.Fail($"the master's shell does not know the effect {effect.GetType().Name}");
                break;
        }
    }

    /// <summary>The core is no more: answers 503 to who waits and ends every stream.</summary>
    public void FailAll(string why)
    {
        _failed ??= why;
        foreach (var exchange in _open.Values)
        {
            exchange.Fail(why);
        }
    }

    private void Open(MasterEffect.OpenOperatorStreams open)
    {
        var snapshot = new OperatorSnapshot(open.View);
        var position = OperatorFeed.Next;
        foreach (var connection in open.Connections)
        {
            (Find(connection) as OperatorExchange)?.Start(snapshot, position);
        }
    }

    private Exchange? Find(ConnectionId connection) => _open.GetValueOrDefault(connection);

    /// <summary>Events for many come one after the other as the same object, and are encoded once.</summary>
    private EncodedEvent<TEvent> Encode<TEvent>(TEvent @event) where TEvent : class, IMessage
    {
        if (_lastEncoded is EncodedEvent<TEvent> last && ReferenceEquals(last.Message, @event))
        {
            return last;
        }
        var encoded = new EncodedEvent<TEvent>(@event);
        _lastEncoded = encoded;
        return encoded;
    }
}
