using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Health;

/// <summary>
/// Which instance answers at a port of an agent. A master gives a port to another task only when the one before it has ended, of which it
/// may tell late: whoever then answers there is not the old one.
/// </summary>
internal sealed class ProbedPorts
{
    /// <summary>Those that are probed, by their host ports.</summary>
    private readonly Dictionary<(AgentId Agent, int Port), Holder> _holders = [];

    private readonly Dictionary<InstanceId, Placement> _probed = [];
    private readonly Dictionary<InstanceId, InstanceId> _lost = [];

    /// <summary>Of any instance: it may have what another is probed at.</summary>
    public void Look(Instance instance)
    {
        if (_probed.Count == 0)
        {
            return;
        }
        foreach (var port in PortsOf(instance.Placement))
        {
            if (_holders.TryGetValue(port, out var holder) && holder.Instance != instance.Id && holder.Since < instance.StagedAt)
            {
                _lost[holder.Instance] = instance.Id;
                _holders.Remove(port);
            }
        }
    }

    /// <summary>It is probed from now on, at its present place.</summary>
    public void Probe(Instance instance)
    {
        if (instance is not { Placement: { } placement, StagedAt: { } since })
        {
            return;
        }
        _probed[instance.Id] = placement;
        foreach (var port in PortsOf(placement))
        {
            if (!_holders.TryGetValue(port, out var holder) || holder.Instance == instance.Id)
            {
                _holders[port] = new Holder(instance.Id, since);
            }
            else if (holder.Since > since)
            {
                _lost[instance.Id] = holder.Instance;
            }
        }
    }

    public void Forget(InstanceId instance)
    {
        _lost.Remove(instance);
        if (!_probed.Remove(instance, out var placement))
        {
            return;
        }
        foreach (var port in PortsOf(placement))
        {
            if (_holders.TryGetValue(port, out var holder) && holder.Instance == instance)
            {
                _holders.Remove(port);
            }
        }
    }

    /// <returns>Who has one of its ports now; null when they are its own.</returns>
    public InstanceId? LostTo(InstanceId instance) => _lost.TryGetValue(instance, out var other) ? other : null;

    private static IEnumerable<(AgentId, int)> PortsOf(Placement? placement)
    {
        foreach (var port in placement?.HostPorts ?? [])
        {
            if (port is { } number)
            {
                yield return (placement!.Agent, number);
            }
        }
    }

    private readonly record struct Holder(InstanceId Instance, Timestamp Since);
}
