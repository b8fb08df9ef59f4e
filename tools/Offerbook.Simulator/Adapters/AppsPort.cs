using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Health;
using Offerbook.Apps.Http;
using Offerbook.Apps.Json.Reading;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Adapters;

/// <summary>The Apps framework's shell: its subscription, the part of its REST API that changes things, and its health probes.</summary>
public sealed class AppsPort
{
    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly string _name;
    private readonly SchedulerPort _scheduler;
    private readonly Func<string, SimContainers?> _machine;
    private readonly SeededRandom _chance;
    private readonly Dictionary<ConnectionId, SimExchange> _open = [];
    private readonly EventReaders _readers;
    private readonly LookingShell _looks;
    private SimNode<AppsMessage>? _node;
    private StandbyProxy? _standby;

    /// <summary>
    /// Whether readers see a view of this life of the core. What one before it left is older than what others have told since: as in
    /// production, nobody is served before, which on a slow store is long after the core has recovered.
    /// </summary>
    private bool _isSeen;

    /// <param name="machine">Finds a machine by host name or address.</param>
    public AppsPort(SimWorld world, SimNetwork network, string name, LeaderFinder master, Func<string, SimContainers?> machine)
    {
        (_world, _network, _name, _machine) = (world, network, name, machine);
        _chance = world.Seeds.For("probes of " + name);
        _readers = new EventReaders(() => View);
        _looks = new LookingShell(() => View, () => _node!.Clock.Now, Answer, Later);
        _scheduler = new SchedulerPort(network, name, master, signal => Post(new AppsMessage.MasterSignalled(signal)));
    }

    /// <summary>What is made of what was seen when somebody looked around.</summary>
    internal LookingShell Looks => _looks;

    /// <summary>Told of every published event, with its id.</summary>
    public Action<PublishEvent>? Published { get; set; }

    /// <summary>Told of the answer to every probe, as the core hears it.</summary>
    public Action<HealthProbe, ProbeResult>? Answered { get; set; }

    /// <summary>The newest view that readers would see.</summary>
    public AppsView View { get; private set; } = AppsView.Empty;

    private bool Serves => _isSeen && _node!.IsServing;

    public int DeepestQueue => _scheduler.DeepestQueue;

    /// <summary>Readers of events that were cut off because too much waited for them.</summary>
    public int ReadersCut => _readers.Cuts;

    /// <summary>Defects, for mutation tests.</summary>
    internal ReaderDefects ReaderDefects
    {
        set => _readers.Defects = value;
    }

    /// <param name="seat">The process that the core's terms belong to; null when it stands in no election.</param>
    public void Attach(SimNode<AppsMessage> node, SimProcess? seat = null)
    {
        _node = node;
        _standby = seat is ISeat candidate ? new StandbyProxy(_network, candidate) : null;
        var host = _network.Host(_name);
        host.Process = seat ?? node;
        host.Serve = Serve;
        node.Started += _scheduler.Start;
        node.Crashed += _ =>
        {
            _isSeen = false;
            _open.Clear();
            _looks.Clear();
            _readers.Clear();
            _scheduler.Reset();
            if (seat is null)
            {
                _network.HostDied(_name);
            }
        };
        if (seat is ISeat holder)
        {
            holder.TermEnded = () => _network.CutOff(_name, "the leader has stepped down");
        }
    }

    private void Serve(SimExchange exchange, SimFrame request)
    {
        if (!Serves)
        {
            if (_standby is not null)
            {
                _standby.Serve(exchange, request);
            }
            else
            {
                Refuse(exchange, CoreGate.Stopping);
            }
            return;
        }
        if (EventReaders.Serves(request))
        {
            _readers.Open(exchange, request);
            return;
        }
        var body = ApiRequest.Judge(request.Body.Length)
            ?? (request.Body.IsEmpty ? (ApiResult<JToken>)JValue.CreateNull() : JsonText.Parse(request.Body.Span));
        if (!body.IsOk)
        {
            Refuse(exchange, body.Error);
            return;
        }
        var connection = new ConnectionId(exchange.Number);
        _open.Add(connection, exchange);
        exchange.ClientGone = _ => _open.Remove(connection);
        var json = request.Body.IsEmpty ? null : body.Value;
        if (LookingShell.Serves(request.Path))
        {
            _looks.Take(connection, request.Path, json);
            return;
        }
        Ask(connection, AppsRoutes.Parse(request.Path, json), request.Path);
    }

    private void Ask(ConnectionId connection, ApiCall call, string path)
    {
        if (!_node!.TryPost(new AppsMessage.ApiCalled(connection, call, new ApiCaller("10.0.0.9", path)))
            && _open.Remove(connection, out var exchange))
        {
            Refuse(exchange, CoreGate.Busy);
        }
    }

    /// <summary>Asks the core in a turn of its own.</summary>
    private void Later(ConnectionId connection, ApiCall call, string path)
    {
        var life = _node!.Life;
        _world.Schedule(TimeSpan.Zero, null, () =>
        {
            if (life == _node.Life && _open.ContainsKey(connection))
            {
                Ask(connection, call, path);
            }
        });
    }

    private void Answer(ConnectionId connection, int status, JToken body)
    {
        if (_open.Remove(connection, out var exchange))
        {
            exchange.Send(new SimFrame($"{status}", Encoding.UTF8.GetBytes(body.ToString(Formatting.None)), status));
            exchange.End();
        }
    }

    private static void Refuse(SimExchange exchange, ApiError error)
    {
        exchange.Send(new SimFrame($"{error.Status}", Encoding.UTF8.GetBytes(error.Body.ToString(Formatting.None)), error.Status));
        exchange.End();
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case Reply reply when _looks.Looked(reply.Connection):
                break;
            case Reply reply:
                if (_open.Remove(reply.Connection, out var exchange))
                {
                    var text = reply.Body?.ToString(Formatting.None) ?? "";
                    exchange.Send(new SimFrame($"{reply.Status}", Encoding.UTF8.GetBytes(text), reply.Status));
                    exchange.End();
                }
                break;
            case PublishEvent published:
                Published?.Invoke(published);
                _readers.Publish(published);
                break;
            case PublishView published:
                View = published.View;
                _isSeen = true;
                break;
            case RunHealthCheck run:
                Probe(run);
                break;
            default:
                if (!_scheduler.Perform(effect))
                {
                    throw new ArgumentException("the Apps port knows no effect " + effect.GetType().Name, nameof(effect));
                }
                break;
        }
    }

    /// <summary>A probe crosses the network to the machine and back; a cut link or a dead container gives no answer.</summary>
    private void Probe(RunHealthCheck run)
    {
        var life = _node!.Life;
        var probe = run.Probe;
        var there = _network.Link(_name, probe.Host);
        var back = _network.Link(probe.Host, _name);
        var takes = _chance.Exponential(TimeSpan.FromMilliseconds(3));
        var reaches = !there.IsCut && !back.IsCut;
        _world.Schedule(reaches ? takes : probe.Timeout, null, () =>
        {
            if (life == _node.Life)
            {
                var result = reaches ? Answer(probe) : new ProbeResult.NoAnswer("timed out");
                Answered?.Invoke(probe, result);
                Post(new AppsMessage.HealthCheckFinished(run.Run, result));
            }
        });
    }

    private ProbeResult Answer(HealthProbe probe)
    {
        var listener = _machine(probe.Host)?.Listener(probe.Port);
        if (listener is null || !listener.IsHealthy(_world.Elapsed))
        {
            return new ProbeResult.NoAnswer("connection refused");
        }
        return probe is HealthProbe.Http ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.Connected();
    }

    private void Post(AppsMessage message) => _node!.TryPost(message);
}
