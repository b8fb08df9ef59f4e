using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Daemons;

/// <summary>
/// Knows which agents every daemon is on, and wants an instance on each that is offered, suits and has none. Agents become known by
/// their offers alone: one that offers nothing (gone, out of reach, full) gets nothing, and none elsewhere in its place. An instance
/// is pinned to its agent; which one is in the journal, all that is kept here follows from the instances. Each daemon is on at most
/// <see cref="MaxAgents"/> agents; further ones are passed over.
/// </summary>
internal sealed class DaemonPlaces(AppsSettings settings, InstanceKeeper keeper)
{
    public const int MaxAgents = 50_000;

    private readonly SortedDictionary<PathId, Daemon> _daemons = [];

    /// <summary>When agents were last offered. Those not heard of for <see cref="AppsSettings.DaemonAgentTimeout"/> are dropped.</summary>
    private readonly SortedDictionary<string, TimeSpan> _offered = new(StringComparer.Ordinal);

    private RootGroup? _root;
    private TimeSpan _since;

    /// <summary>In which daemons wait for agents to appear.</summary>
    public IReadOnlyCollection<string> Roles { get; private set; } = [];

    public bool Contains(PathId app) => _daemons.ContainsKey(app);

    public void Look(Instance instance)
    {
        if (_daemons.TryGetValue(instance.App, out var daemon))
        {
            daemon.Remove(instance.Id);
            daemon.Add(instance);
        }
    }

    /// <returns>The role in which the agent should be offered anew; null when no daemon has lost anything.</returns>
    public string? Forget(InstanceId instance)
    {
        if (_daemons.Count == 0 || !_daemons.TryGetValue(instance.App, out var daemon))
        {
            return null;
        }
        daemon.Remove(instance);
        return daemon.Role;
    }

    /// <summary>New instances, one of each daemon that may run on the offer's agent and does not.</summary>
    public List<Instance> Want(Turn turn, OfferRemainder offer, OfferMatcher matcher, string? homeRegion)
    {
        var wanted = new List<Instance>();
        if (_daemons.Count == 0)
        {
            return wanted;
        }
        var agent = AgentId.From(offer.Offer.AgentId);
        _offered[agent.Value] = turn.Now.Elapsed;
        foreach (var (id, daemon) in _daemons)
        {
            if (!daemon.IsOpen || turn.State.Root.FindSpec(id) is not { IsDaemon: true, Instances: > 0 } app
                || (offer.Role is { } role && role != app.Role) || daemon.AgentCount >= MaxAgents || daemon.Covers(turn.State, agent)
                || !matcher.SuitsPlace(offer.Location, new LaunchCandidate(app, default, 1, app.Role, [], HomeRegion: homeRegion)))
            {
                continue;
            }
            var instance = keeper.Pin(turn, app, agent);
            daemon.Add(instance);
            wanted.Add(instance);
        }
        return wanted;
    }

    /// <summary>The instance to try on an offer of the agent; null while another of the app's still runs there.</summary>
    public InstanceId? Waiting(AppsState state, PathId app, AgentId agent, HashSet<InstanceId> taken)
    {
        InstanceId? waiting = null;
        foreach (var id in _daemons[app].On(agent))
        {
            if (state.Instances.Find(id) is not { } instance)
            {
                continue;
            }
            if (instance.IsActive)
            {
                return null;
            }
            if (instance is { Goal: Goal.Running, Condition: Condition.Scheduled } && !taken.Contains(id))
            {
                waiting ??= id;
            }
        }
        return waiting;
    }

    /// <summary>At the end of every turn: which daemons are there, and which may start on new agents?</summary>
    public void Settle(Turn turn, OfferInterest interest)
    {
        if (!ReferenceEquals(_root, turn.State.Root))
        {
            Read(turn);
        }
        if (_daemons.Count == 0)
        {
            return;
        }
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (id, daemon) in _daemons)
        {
            var app = turn.State.Root.FindSpec(id)!;
            var isOpen = app.Instances > 0 && IsOpen(turn.State, id);
            if (isOpen && (!daemon.IsOpen || daemon.Configuration != app.VersionInfo.LastConfigChangeAt))
            {
                interest.WantAnew(app.Role);
            }
            (daemon.IsOpen, daemon.Configuration, daemon.Role) = (isOpen, app.VersionInfo.LastConfigChangeAt, app.Role);
            if (isOpen)
            {
                roles.Add(app.Role);
            }
        }
        Roles = roles;
    }

    /// <summary>Gives up what waits for agents that are no longer offered, and looks again at daemons that are being deployed.</summary>
    public void Sweep(Turn turn, LaunchQueue queue)
    {
        var oldest = turn.Now.Elapsed - settings.DaemonAgentTimeout;
        foreach (var (app, _) in _daemons)
        {
            foreach (var id in _since > oldest ? [] : queue.Waiting(app).ToList())
            {
                if (turn.State.Instances.Find(id) is { Agent: { } agent } waiting
                    && _offered.GetValueOrDefault(agent.Value, TimeSpan.MinValue) < oldest)
                {
                    InstanceKeeper.Decommission(turn, waiting);
                }
            }
            if (turn.State.LockOf(app) is not null)
            {
                turn.Touch(app);
            }
        }
        foreach (var silent in _offered.Where(agent => agent.Value < oldest).Select(agent => agent.Key).ToList())
        {
            _offered.Remove(silent);
        }
    }

    /// <summary>Nothing is started before a deployment has come to the app, nor while it stands still.</summary>
    private static bool IsOpen(AppsState state, PathId app) => state.LockOf(app) is not { } deployment
        || (deployment.Life.Halt is null && deployment.Plan.Steps.Take(deployment.CurrentStep)
            .Any(step => step.ActionOf(app) is DeploymentAction.Scale or DeploymentAction.Restart));

    /// <summary>Costs what has changed in the tree.</summary>
    private void Read(Turn turn)
    {
        var changed = TreeDifference.Specs(_root ?? RootGroup.Empty, turn.State.Root);
        _root = turn.State.Root;
        foreach (var id in changed.Select(difference => difference.Id))
        {
            if (_root.FindSpec(id) is not { IsDaemon: true })
            {
                _daemons.Remove(id);
            }
            else if (!_daemons.ContainsKey(id))
            {
                _since = _daemons.Count == 0 ? turn.Now.Elapsed : _since;
                _daemons[id] = new Daemon();
                foreach (var instance in turn.State.Instances.Of(id))
                {
                    _daemons[id].Add(instance);
                }
            }
        }
        Roles = _daemons.Count == 0 ? [] : Roles;
    }

    private sealed class Daemon
    {
        private readonly Dictionary<AgentId, SortedSet<InstanceId>> _places = [];
        private readonly Dictionary<InstanceId, AgentId> _agents = [];

        public bool IsOpen { get; set; }

        public Timestamp Configuration { get; set; }

        public string? Role { get; set; }

        public int AgentCount => _places.Count;

        public IReadOnlyCollection<InstanceId> On(AgentId agent) => _places.TryGetValue(agent, out var ids) ? ids : [];

        /// <summary>An instance is wanted there already.</summary>
        public bool Covers(AppsState state, AgentId agent) => On(agent).Any(id => state.Instances.Find(id) is { Goal: Goal.Running });

        public void Add(Instance instance)
        {
            if ((instance.Agent ?? instance.Placement?.Agent) is not { } agent)
            {
                return;
            }
            if (!_places.TryGetValue(agent, out var ids))
            {
                _places[agent] = ids = [];
            }
            ids.Add(instance.Id);
            _agents[instance.Id] = agent;
        }

        public void Remove(InstanceId instance)
        {
            if (_agents.Remove(instance, out var agent) && _places.TryGetValue(agent, out var ids) && ids.Remove(instance)
                && ids.Count == 0)
            {
                _places.Remove(agent);
            }
        }
    }
}
