using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Finding;

/// <summary>A follower of the election: production's detector, on the machine of whoever looks for the leader.</summary>
public sealed class DetectedLeader : LeaderFinder
{
    private readonly SimNetwork _network;
    private readonly SimNode<ElectionMessage> _node;
    private readonly CoordinatorClient _client;
    private string? _leader;
    private string? _redirected;

    /// <param name="host">The machine that looks.</param>
    public DetectedLeader(SimNetwork network, SimCoordinator coordinator, string host, string path, NodeFormat format)
    {
        _network = network;
        _node = new SimNode<ElectionMessage>(host + " detector", network.World, random => new DetectorCore(path, format, random), Perform,
            null);
        _client = new CoordinatorClient(coordinator, _node, host, message => _node.TryPost(message));
    }

    public override string? Current => _redirected ?? _leader;

    public CoordinatorClient Client => _client;

    public override void Failed(string host)
    {
        if (host == _redirected)
        {
            _redirected = null;
        }
    }

    /// <summary>Of the two that may be right, the one that was asked knows better; until the election says something new.</summary>
    public override void Redirected(string to) => _redirected = to;

    /// <summary>Its process has started.</summary>
    public void Start()
    {
        (_leader, _redirected) = (null, null);
        _node.Start();
        _node.TryPost(new Begin());
    }

    /// <summary>Its process has died.</summary>
    public void Stop()
    {
        _node.Crash("its process is down");
        _client.Die();
    }

    private void Perform(IEffect effect)
    {
        switch (effect)
        {
            case ServiceCall call:
                _client.Perform(call);
                break;
            case AnnounceLeader announced:
                _leader = announced.Leader is { } leader ? _network.HostAt(leader.Address.Host)?.Name : null;
                _redirected = null;
                _network.World.Note($"{_node.Name} finds {_leader ?? "nobody"}");
                Changed?.Invoke();
                break;
            case Remark:
                break;
            default:
                throw new ArgumentException("a detector knows no effect " + effect.GetType().Name, nameof(effect));
        }
    }
}
