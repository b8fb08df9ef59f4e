using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Seats;

/// <summary>All who may play one part in the cluster: its only process, or those that stand in its election.</summary>
/// <param name="name">Of the part; its only process has the same.</param>
public sealed class SimRole<TMessage>(string name, IReadOnlyList<SimNode<TMessage>> nodes, IReadOnlyList<SimProcess> processes)
    where TMessage : class
{
    public string Name => name;

    public IReadOnlyList<SimNode<TMessage>> Nodes => nodes;

    /// <summary>In the order of <see cref="Nodes"/>.</summary>
    public IReadOnlyList<SimProcess> Processes => processes;

    public bool IsElected => processes[0] is ISeat;

    public IEnumerable<ISeat> Seats => processes.OfType<ISeat>();

    /// <summary>Whoever took over last and has not ended; the first while there is nobody.</summary>
    public SimNode<TMessage> Leader
    {
        get
        {
            var newest = nodes[0];
            foreach (var node in nodes)
            {
                if (node.Core is not null && (newest.Core is null || node.Epoch > newest.Epoch))
                {
                    newest = node;
                }
            }
            return newest;
        }
    }

    /// <summary>The process of the <see cref="Leader"/>.</summary>
    public SimProcess LeadingProcess
    {
        get
        {
            var leader = Leader;
            for (var i = 0; i < nodes.Count; i++)
            {
                if (ReferenceEquals(nodes[i], leader))
                {
                    return processes[i];
                }
            }
            return processes[0];
        }
    }

    /// <summary>Null when exactly one leads, and is the newest to have taken over, and all stand in the election.</summary>
    /// <param name="coordinator">Null in a cluster without elections.</param>
    public string? WhyNotLed(SimCoordinator? coordinator)
    {
        if (processes[0] is ISeat seat && coordinator!.CountOf(seat.ElectionPath) is var standing && standing != processes.Count)
        {
            return $"{standing} of {processes.Count} stand in the election of {name}";
        }
        var serving = nodes.Where(node => node.IsServing).ToList();
        return serving.Count == 1 && serving[0].Holder?.IsNewest != false ? null
            : serving.Count == 0 ? $"nobody leads of {name}"
            : $"{string.Join(" and ", serving.Select(node => $"{node.Name} in epoch {node.Epoch}"))} lead of {name}";
    }
}
