using System.Text;
using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Wire.Identity;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using OperatorCall = Mesos.V1.Master.Call;
using SchedulerCall = Mesos.V1.Scheduler.Call;

namespace Offerbook.Simulator.Adapters;

/// <summary>The master's HTTP server: turns requests into messages of its core and effects into answers and streams.</summary>
public sealed class MasterPort(SimWorld world, SimNetwork network, string name)
{
    public const string SchedulerPath = "/api/v1/scheduler";
    public const string AgentPath = "/offerbook/agent/v1";
    public const string OperatorPath = "/api/v1";

    /// <summary>Frames that may wait for one subscriber; one that lets more pile up is cut off, as in production.</summary>
    public const int StreamBufferFrames = 1024;

    private readonly Dictionary<ConnectionId, SimExchange> _open = [];
    private SimNode<MasterMessage>? _node;
    private ISeat? _seat;
    private long _lastBeforeTerm;

    /// <summary>A defect for mutation tests: every update of a task is sent to its framework once more, after a while.</summary>
    public bool ReplaysUpdates { get; set; }

    /// <summary>Most frames that ever waited for one subscriber.</summary>
    public int DeepestBuffer { get; private set; }

    /// <param name="seat">The process that the core's terms belong to; null when it stands in no election.</param>
    public void Attach(SimNode<MasterMessage> node, SimProcess? seat = null)
    {
        _node = node;
        _seat = seat as ISeat;
        var host = network.Host(name);
        host.Process = seat ?? node;
        host.Serve = Serve;
        node.Started += () => _lastBeforeTerm = network.LastNumber;
        node.Crashed += _ =>
        {
            _open.Clear();
            if (seat is null)
            {
                network.HostDied(name);
            }
        };
        if (_seat is not null)
        {
            _seat.TermEnded = () => network.CutOff(name, "the leader has stepped down");
        }
    }

    private void Serve(SimExchange exchange, SimFrame request)
    {
        if (_seat is not null && !_node!.IsServing)
        {
            var leader = _seat.LeaderHost is { } known && known != name ? known : null;
            exchange.Send(leader is null
                ? new SimFrame("503 no leader elected", default, 503) : new SimFrame("307 " + leader, default, 307) { Location = leader });
            exchange.End();
            return;
        }
        if (request.Path == AgentPath && string.IsNullOrEmpty(request.StreamId) && exchange.Number <= _lastBeforeTerm)
        {
            exchange.Send(new SimFrame("503 older than the term", default, 503));
            exchange.End();
            return;
        }
        var connection = new ConnectionId(exchange.Number);
        _open.Add(connection, exchange);
        exchange.ClientGone = _ => Close(connection);
        MasterMessage message = request.Path switch
        {
            SchedulerPath => new MasterMessage.SchedulerCallReceived(
                connection, SchedulerCall.Parser.ParseFrom(request.Body.Span), request.StreamId, Principal: null),
            AgentPath => new MasterMessage.AgentCallReceived(
                connection, AgentCall.Parser.ParseFrom(request.Body.Span), request.StreamId, exchange.Client.Address),
            OperatorPath => new MasterMessage.OperatorCallReceived(connection, OperatorCall.Parser.ParseFrom(request.Body.Span)),
            _ => throw new ArgumentException("the master serves no " + request.Path, nameof(request)),
        };
        if (!_node!.TryPost(message))
        {
            _open.Remove(connection);
            exchange.Send(new SimFrame("503", default, 503));
            exchange.End();
        }
    }

    private void Close(ConnectionId connection)
    {
        if (_open.Remove(connection))
        {
            _node!.TryPost(new MasterMessage.ConnectionClosed(connection));
        }
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.Answer answer:
                if (_open.Remove(answer.Connection, out var answered))
                {
                    answered.Send(new SimFrame($"{answer.Status} {answer.Text}", Encoding.UTF8.GetBytes(answer.Text), answer.Status));
                    answered.End();
                }
                break;
            case MasterEffect.OpenStream open:
                if (_open.TryGetValue(open.Connection, out var stream))
                {
                    stream.Send(new SimFrame("200 stream", default, 200, open.StreamId));
                }
                break;
            case MasterEffect.SendToScheduler send:
                Push(send.Stream, Describe.Event(send.Event), send.Event);
                if (ReplaysUpdates && send.Event.Type == Mesos.V1.Scheduler.Event.Types.Type.Update)
                {
                    world.Schedule(TimeSpan.FromSeconds(3), null, () => Push(send.Stream, Describe.Event(send.Event), send.Event));
                }
                break;
            case MasterEffect.SendAllToScheduler send:
                foreach (var @event in send.Events)
                {
                    Perform(new MasterEffect.SendToScheduler(send.Stream, @event));
                }
                break;
            case MasterEffect.SendToAgent send:
                Push(send.Stream, Describe.Event(send.Event), send.Event);
                break;
            case MasterEffect.CloseStream close:
                if (_open.Remove(close.Stream, out var closed))
                {
                    closed.End();
                }
                break;
            case MasterEffect.PublishView or MasterEffect.Warn or MasterEffect.OffersMade or MasterEffect.OfferOver
                or MasterEffect.OpenOperatorStreams or MasterEffect.SendToOperators or MasterEffect.HeartbeatOperator:
                break;
            default:
                throw new ArgumentException("the master's port knows no effect " + effect.GetType().Name, nameof(effect));
        }
    }

    private void Push(ConnectionId stream, string what, IMessage @event)
    {
        if (!_open.TryGetValue(stream, out var exchange))
        {
            return;
        }
        exchange.Send(new SimFrame(what, @event.ToByteArray()));
        DeepestBuffer = Math.Max(DeepestBuffer, exchange.InFlight);
        if (exchange.InFlight > StreamBufferFrames)
        {
            _open.Remove(stream);
            exchange.End("cut off for not reading");
            var life = _node!.Life;
            world.Schedule(TimeSpan.Zero, $"{name} cuts off #{stream.Value}", () =>
            {
                if (_node.Life == life)
                {
                    _node.TryPost(new MasterMessage.ConnectionClosed(stream));
                }
            });
        }
    }
}
