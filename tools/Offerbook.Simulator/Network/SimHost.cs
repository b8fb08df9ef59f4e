using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Network;

/// <summary>A machine's place on the network: which process listens there, and what it does with a request.</summary>
public sealed class SimHost(string name, string address)
{
    public string Name => name;

    /// <summary>IPv4, no two hosts have the same.</summary>
    public string Address => address;

    /// <summary>The process behind the address; null for a client outside the cluster that never dies.</summary>
    public SimProcess? Process { get; set; }

    /// <summary>Takes a request; null where nobody listens.</summary>
    public Action<SimExchange, SimFrame>? Serve { get; set; }

    public int Life => Process?.Life ?? 0;

    public bool IsUp => Process?.IsUp ?? true;
}
