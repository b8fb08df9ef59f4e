using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Adapters;

/// <summary>The Batch framework's shell: its subscription, and the part of its REST API that changes things.</summary>
public sealed class BatchPort
{
    private readonly SimNetwork _network;
    private readonly string _name;
    private readonly SchedulerPort _scheduler;
    private readonly Dictionary<ConnectionId, SimExchange> _open = [];
    private SimNode<BatchMessage>? _node;
    private StandbyProxy? _standby;

    public BatchPort(SimNetwork network, string name, LeaderFinder master)
    {
        (_network, _name) = (network, name);
        _scheduler = new SchedulerPort(network, name, master, signal => Post(new BatchMessage.MasterSignalled(signal)));
    }

    public int DeepestQueue => _scheduler.DeepestQueue;

    /// <param name="seat">The process that the core's terms belong to; null when it stands in no election.</param>
    public void Attach(SimNode<BatchMessage> node, SimProcess? seat = null)
    {
        _node = node;
        _standby = seat is ISeat candidate ? new StandbyProxy(_network, candidate) : null;
        var host = _network.Host(_name);
        host.Process = seat ?? node;
        host.Serve = Serve;
        node.Started += _scheduler.Start;
        node.Crashed += _ =>
        {
            _open.Clear();
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
        if (_standby is not null && !_node!.IsServing)
        {
            _standby.Serve(exchange, request);
            return;
        }
        var connection = new ConnectionId(exchange.Number);
        _open.Add(connection, exchange);
        exchange.ClientGone = _ =>
        {
            _open.Remove(connection);
            Post(new BatchMessage.ConnectionClosed(connection));
        };
        Post(new BatchMessage.ApiCalled(connection, Parse(request)));
    }

    /// <summary><c>POST /v1/jobs</c> and <c>DELETE /v1/jobs/ID</c>, as the simulated clients write them.</summary>
    private static ApiCall Parse(SimFrame request)
    {
        const string Delete = "DELETE /v1/jobs/";
        if (request.Path.StartsWith(Delete, StringComparison.Ordinal))
        {
            return new ApiCall.StopJob(request.Path[Delete.Length..]);
        }
        var spec = JobSpecReader.Read(JToken.Parse(request.Text), out var errors);
        Invariant.Check(spec is not null, "a simulated client sent a job that is refused: " + string.Join(", ", errors));
        return new ApiCall.AddJob(spec);
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case Reply reply:
                if (_open.Remove(reply.Connection, out var exchange))
                {
                    exchange.Send(
                        new SimFrame($"{reply.Status}", Encoding.UTF8.GetBytes(reply.Body.ToString(Formatting.None)), reply.Status));
                    exchange.End();
                }
                break;
            case Note:
                break;
            default:
                if (!_scheduler.Perform(effect))
                {
                    throw new ArgumentException("the Batch port knows no effect " + effect.GetType().Name, nameof(effect));
                }
                break;
        }
    }

    private void Post(BatchMessage message) => _node!.TryPost(message);
}
