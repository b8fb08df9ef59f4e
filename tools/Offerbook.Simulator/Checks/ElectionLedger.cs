using Offerbook.Actors;
using Offerbook.Coordination;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Seats;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Holds what candidates say of themselves against what the coordination service has: whoever says that it leads, and is not in doubt,
/// has the lowest node, and made it in its present session; nobody gives a leadership up whose node and session are there, unless it was
/// asked to; a session has one node
/// in an election.
/// </summary>
public sealed class ElectionLedger
{
    private readonly SimCoordinator _coordinator;

    public ElectionLedger(SimCluster cluster)
    {
        _coordinator = cluster.Coordinator!;
        foreach (var seat in cluster.Seats)
        {
            seat.Announced = (before, now) => Check(seat, before, now);
        }
    }

    /// <summary>Leaderships that were announced.</summary>
    public int Leaderships { get; private set; }

    private void Check(ISeat seat, Standing before, Standing now)
    {
        switch (now)
        {
            case Standing.Leads { IsSuspended: false } leads when !_coordinator.IsDown:
                Leaderships += before is Standing.Leads ? 0 : 1;
                var own = Node(seat, leads);
                Invariant.Check(_coordinator.MadeIn(own) is { } session
                    && leads.Self.Id.EndsWith($"@{session:x}", StringComparison.Ordinal),
                    $"I21: {seat.Name} says that it leads as {leads.Self.Id}, and no session of that number has made {own}");
                Invariant.Check(!_coordinator.Exists(own) || _coordinator.FirstOf(seat.ElectionPath) == own,
                    $"I21: {seat.Name} says that it leads with {own}, and {_coordinator.FirstOf(seat.ElectionPath)} is lower");
                break;
            case Standing.Follows when before is Standing.Leads led && !seat.WasAsked:
                Invariant.Check(!_coordinator.IsAlive(Node(seat, led)), $"I21: {seat.Name} gives up to lead though its session lives");
                break;
        }
    }

    /// <summary>To be asked now and then.</summary>
    public void Check()
    {
        if (_coordinator.Twice() is { } twice)
        {
            Invariant.Fail($"I21: one session has made {twice}");
        }
    }

    private static string Node(ISeat seat, Standing.Leads leads) => $"{seat.ElectionPath}/{leads.Self.Id.Split('@')[0]}";
}
