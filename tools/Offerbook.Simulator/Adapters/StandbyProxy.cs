using Offerbook.Simulator.Network;
using Offerbook.Simulator.Seats;

namespace Offerbook.Simulator.Adapters;

/// <summary>A framework's process that does not lead hands requests on to the one that does, and its answers back.</summary>
internal sealed class StandbyProxy(SimNetwork network, ISeat seat)
{
    /// <summary>Between processes that take each other for the leader a request is not handed on for ever.</summary>
    private const int MaxHops = 3;

    /// <summary>Less than a client's.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    public void Serve(SimExchange exchange, SimFrame request)
    {
        if (seat.LeaderHost is not { } leader || leader == seat.Name || request.Hops >= MaxHops)
        {
            exchange.Send(new SimFrame("503 no leader", default, 503));
            exchange.End();
            return;
        }
        if (EventReaders.Serves(request))
        {
            // Streams are not handed through.
            exchange.Send(new SimFrame("302 " + leader, default, 302) { Location = leader });
            exchange.End();
            return;
        }
        SimFrame? answer = null;
        exchange.Forwarded = network.Send(seat.Name, leader, request with { Hops = request.Hops + 1 },
            frame => answer = frame,
            reason =>
            {
                exchange.Send(answer is null ? new SimFrame("502 " + reason, default, 502) : answer);
                exchange.End();
            },
            Patience);
    }
}
