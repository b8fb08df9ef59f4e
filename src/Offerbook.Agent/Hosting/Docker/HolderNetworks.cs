using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>The networks that holders of pods have from an engine.</summary>
internal sealed class HolderNetworks(EngineClient engine, Func<ContainerId, DockerContainer?> find, CancellationToken stopping)
    : IPodNetworks
{
    private const string Gone = "the container that holds the network of its pod has ended";

    public IReadOnlyList<string> AddressesOf(ContainerId holder) => find(holder)?.Addresses ?? [];

    public async Task<HeldNetwork> FindAsync(ContainerId holder)
    {
        if (find(holder) is not { HasEnded: false } container)
        {
            throw new IOException(Gone);
        }
        var state = await AskAsync(container);
        // Its process is looked at before the engine says once more that it is the holder's: so it cannot be another with its number.
        return ProcessTable.Read(state.Pid) is { Ended: false } found && (await AskAsync(container)).Pid == state.Pid
            ? new HeldNetwork(new ProcessIdentity(state.Pid, found.Start), state.Addresses)
            : throw new IOException(Gone);
    }

    private async Task<EngineState> AskAsync(DockerContainer holder) =>
        await engine.AskAsync(HttpMethod.Get, $"/containers/{holder.EngineName}/json", stopping) switch
        {
            EngineAnswer.Done done when EngineState.Parse(done.Body) is { IsAlive: true, Pid: > 0 } state => state,
            EngineAnswer.Done or EngineAnswer.Refused { IsMissing: true } => throw new IOException(Gone),
            var other => throw new IOException($"the engine does not say whether the network of its pod is still there: {other.Problem}"),
        };
}
