using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Networks;

/// <summary>The networks that containers of an engine hold for pods, and that processes of the host join.</summary>
internal interface IPodNetworks
{
    /// <summary>As last known; empty when they were never known.</summary>
    IReadOnlyList<string> AddressesOf(ContainerId holder);

    /// <exception cref="IOException">The holder does not run, or nobody can say; the message says which.</exception>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    Task<HeldNetwork> FindAsync(ContainerId holder);
}

/// <param name="Process">One that is in it.</param>
/// <param name="Addresses">The pod's own there.</param>
internal sealed record HeldNetwork(ProcessIdentity Process, IReadOnlyList<string> Addresses);
