using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// No acknowledged write is lost: each app is in a state that its client's acknowledged requests allow. Event ids are dense and
/// survive restarts.
/// </summary>
public sealed class AppsLedger
{
    private readonly SimCluster _cluster;
    private readonly IReadOnlyList<AppRecord> _apps;
    private long _lastEvent;
    private long _followed;
    private bool _comesBack;

    public AppsLedger(SimCluster cluster, IReadOnlyList<AppRecord> apps)
    {
        (_cluster, _apps) = (cluster, apps);
        for (var i = 0; i < cluster.AppsPorts.Count; i++)
        {
            var (port, node) = (cluster.AppsPorts[i], cluster.AppsRole.Nodes[i]);
            port.Published = published => Published(port, node, published);
            node.Crashed += _ => _comesBack = true;
        }
    }

    public EventAccount Events { get; } = new();

    public long DeploymentsFinished { get; private set; }

    private void Published(AppsPort port, SimNode<AppsMessage> node, PublishEvent published)
    {
        Events.Hear(node.Name, published.Id, published.Type);
        if (node.Epoch < _followed)
        {
            // What was decided and written before the takeover may still reach those who have not been cut off; they come back with its id.
            return;
        }
        _comesBack |= node.Epoch > _followed;
        _followed = node.Epoch;
        // Ids are given when an event is decided. A crash may take back events that nobody has seen, never ones that were published; those
        // that were written down and not published are what a client that comes back with the last id gets from the window.
        Invariant.Check(published.Id > _lastEvent, $"I12: event {published.Id} ({published.Type}) is published after event {_lastEvent}");
        if (published.Id > _lastEvent + 1)
        {
            var state = port.View.State;
            var missed = state.Events.After(_lastEvent).TakeWhile(kept => kept.Id < published.Id).Select(kept => kept.Id).ToList();
            Invariant.Check(_comesBack && state.Events.Reaches(_lastEvent, state.LastEventId)
                && missed.Count == published.Id - _lastEvent - 1,
                $"I12: event {published.Id} ({published.Type}) comes after event {_lastEvent}, and of those between "
                + $"{missed.Count} can be had");
        }
        _comesBack = false;
        _lastEvent = published.Id;
        if (published.Type == "deployment_success")
        {
            DeploymentsFinished++;
        }
    }

    public void Check()
    {
        // While nobody leads, one that was deposed while it stood still may be the only one that has a state.
        if (_cluster.Apps.Holder?.IsNewest != false && _cluster.AppsCore is { } core)
        {
            foreach (var app in _apps)
            {
                var actual = AppsReading.Facts(core, app.Id);
                Invariant.Check(app.Allows(actual),
                    $"I1: {app.Id} is {Text(actual)} but its client was promised {string.Join(" or ", app.Possible.Select(Text))}");
            }
        }
    }

    public string? WhyNotAsPromised()
    {
        foreach (var app in _apps)
        {
            if (app.IsBusy)
            {
                return "a request for " + app.Id + " is under way";
            }
        }
        Check();
        return null;
    }

    private static string Text(AppFacts? facts) => facts is null ? "absent" : $"{facts.Instances} instances of revision {facts.Revision}";
}
