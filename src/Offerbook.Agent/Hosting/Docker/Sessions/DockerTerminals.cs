using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>
/// Attaches to the terminals of containers, each once for all who want it, and no longer than the container runs. The engine holds the
/// terminal: it outlives the agent, and what is written to it goes to the engine's log as well.
/// </summary>
internal sealed class DockerTerminals(EngineClient engine, Func<ContainerId, DockerContainer?> find, CancellationToken stopping)
{
    private readonly Lock _lock = new();

    /// <summary>One for each container that somebody attached to and that runs.</summary>
    private readonly Dictionary<ContainerId, Task<AttachedContainer?>> _open = [];

    /// <summary>Null when the container has no terminal, has ended, or the engine does not give it.</summary>
    public Task<AttachedContainer?> AttachAsync(ContainerId id)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(id, out var opening))
            {
                _open[id] = opening = OpenAsync(id);
            }
            return opening;
        }
    }

    private async Task<AttachedContainer?> OpenAsync(ContainerId id)
    {
        await Task.Yield();
        AttachedContainer? attached = null;
        try
        {
            if (find(id) is not { HasEnded: false } container
                || await engine.AskAsync(HttpMethod.Get, $"/containers/{container.EngineName}/json", stopping) is not EngineAnswer.Done done
                || EngineState.Parse(done.Body) is not { HasTerminal: true, IsAlive: true } state)
            {
                return null;
            }
            var (stream, _) = await engine.UpgradeAsync($"/containers/{state.EngineId}/attach?stream=1&stdin=1&stdout=1&stderr=1",
                new JsonObject(), stopping);
            if (stream is null)
            {
                return null;
            }
            attached = new AttachedContainer(id, new AttachSettings(new TerminalSize(0, 0), AwaitsReader: false));
            _ = RunAsync(attached, new EngineTerminal(engine, state.EngineId, stream, stopping));
            return attached;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (attached is null)
            {
                Remove(id);
            }
        }
    }

    private async Task RunAsync(AttachedContainer attached, EngineTerminal terminal)
    {
        await attached.RunAsync(terminal);
        Remove(attached.Id);
    }

    private void Remove(ContainerId id)
    {
        lock (_lock)
        {
            _open.Remove(id);
        }
    }
}
