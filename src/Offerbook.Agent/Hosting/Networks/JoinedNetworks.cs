using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Networks;

/// <summary>Knows the networks that processes of the host share with pods.</summary>
internal sealed class JoinedNetworks(TrackedContainers containers, IPodNetworks pods)
{
    /// <summary>The network that a container is to be started in which shares that of its pod.</summary>
    /// <exception cref="IOException">What holds it does not run, or nobody can say.</exception>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public Task<HeldNetwork> HeldForAsync(ContainerSpec spec) => pods.FindAsync(spec.Joins!.Value);

    /// <summary>The addresses of a container's own; empty when those are the host's, or not known.</summary>
    public IReadOnlyList<string> AddressesOf(ContainerSpec spec) => spec.SharesNetwork ? pods.AddressesOf(spec.Joins!.Value) : [];

    /// <summary>
    /// A process in the network of a container that runs: its own, or that of the one around it that shares a pod's. Null: the host's.
    /// </summary>
    /// <exception cref="IOException">That container does not run.</exception>
    public ProcessIdentity? Of(ContainerId? container)
    {
        for (var at = container; at is { } id; at = id.Parent)
        {
            if (containers.Find(id) is { Spec.SharesNetwork: true } found)
            {
                return found is { IsRunning: true, Record.Main: { } main }
                    ? main : throw new IOException($"the container {id}, whose network it shares, does not run");
            }
        }
        return null;
    }
}
