using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Tests.Support;

/// <summary>The network of one process, for every pod.</summary>
/// <param name="process">Null: no holder of any pod runs.</param>
internal sealed class PodNetworkOf(ProcessIdentity? process) : IPodNetworks
{
    public const string Address = "10.9.0.2";

    public IReadOnlyList<string> AddressesOf(ContainerId holder) => [Address];

    public Task<HeldNetwork> FindAsync(ContainerId holder) => process is { } found
        ? Task.FromResult(new HeldNetwork(found, [Address]))
        : throw new IOException($"the holder of {holder} has ended");
}
