using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
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

    public BatchPort(SimNetwork network, string name, string master)
    {
        (_network, _name) = (network, name);
        _scheduler = new SchedulerPort(network, name, master, signal =>
        {
            Heard?.Invoke(signal);
            Post(new BatchMessage.MasterSignalled(signal));
        });
    }

    /// <summary>Told of what the master says, before the core is.</summary>
    public Action<SchedulerSignal>? Heard { get; set; }

    public int DeepestQueue => _scheduler.DeepestQueue;

    public void Attach(SimNode<BatchMessage> node)
    {
        _node = node;
        var host = _network.Host(_name);
        host.Process = node;
        host.Serve = Serve;
        node.Crashed = _ =>
        {
            _open.Clear();
            _scheduler.Reset();
            _network.HostDied(_name);
        };
    }

    private void Serve(SimExchange exchange, SimFrame request)
    {
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
                    exchange.Send(new SimFrame($"{reply.Status}", Encoding.UTF8.GetBytes(reply.Body.ToString(Formatting.None)), reply.Status));
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
