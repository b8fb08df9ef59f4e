using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// The terminals of processes that outlive the agent. A process's supervisor holds the agent's end as well and never reads it: nothing is
/// hung
/// up while there is no agent, the process waits once it has written some 4 KiB, and the next agent takes the end over from the supervisor.
/// That needs the right to trace it (root, or a kernel that lets users trace their own).
/// </summary>
internal sealed class TaskTerminals(SandboxDirectories sandboxes, ILogger logger) : IAsyncDisposable
{
    /// <summary>What <see cref="Spawner"/> hands on.</summary>
    private const int Descriptor = 3;

    /// <summary>A thread each; bounded by the agent's tasks.</summary>
    private readonly ConcurrentDictionary<ContainerId, Running> _running = [];

    /// <summary>The terminal of a new container; null when it is to have none.</summary>
    /// <exception cref="IOException">The system has no terminal left.</exception>
    public static PseudoTerminal? Make(ContainerSpec spec, HostUser? user)
    {
        if (spec.Process.Terminal is not { } size)
        {
            return null;
        }
        var terminal = new PseudoTerminal(size);
        try
        {
            if (user is not null)
            {
                NativeTerminal.ChangeOwner(terminal.Path, user.Uid, user.Gid);
            }
            return terminal;
        }
        catch
        {
            terminal.Dispose();
            throw;
        }
    }

    /// <summary>Programs on a terminal want to know of what kind it is.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Environment(ContainerSpec spec,
        IEnumerable<KeyValuePair<string, string>> environment) =>
        (spec.Attach?.Terminal ?? spec.Process.Terminal) is not null && !spec.Environment.Any(variable => variable.Key == "TERM")
            ? environment.Where(variable => variable.Key != "TERM").Append(new("TERM", "xterm"))
            : environment;

    /// <summary>Null when it has no terminal, or has ended.</summary>
    public AttachedContainer? Find(ContainerId id) => _running.GetValueOrDefault(id)?.Container;

    /// <summary>Begins to read what a container writes to its terminal.</summary>
    public void Begin(ContainerSpec spec, PseudoTerminal terminal)
    {
        var process = new TaskTerminal(terminal, Path.Combine(sandboxes.PathOf(spec.Sandbox), "stdout"), spec.Container, logger);
        var container = new AttachedContainer(spec.Container, new AttachSettings(spec.Process.Terminal, AwaitsReader: false));
        _running[spec.Container] = new Running(container, process, container.RunAsync(process));
    }

    /// <summary>Takes over what an earlier agent began to read.</summary>
    public void TakeOver(ContainerSpec spec, int supervisor)
    {
        if (PseudoTerminal.TakeOver(supervisor, Descriptor) is { } terminal)
        {
            Begin(spec, terminal);
            return;
        }
        logger.LogWarning(
            "The terminal of container {Container} cannot be taken over from its supervisor, which needs root or the right to trace it: its output is lost, and it waits once it has written 4 KiB.",
            spec.Container);
    }

    /// <summary>Reads what is left, which takes long only when somebody else still writes.</summary>
    public async Task EndAsync(ContainerId id, ContainerExit exit)
    {
        if (_running.TryRemove(id, out var running))
        {
            running.Process.End(exit);
            await running.Done;
        }
    }

    /// <summary>The agent stops; the containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values)
        {
            running.Process.Leave();
        }
        await Task.WhenAll(_running.Values.Select(running => running.Done));
        _running.Clear();
    }

    private sealed record Running(AttachedContainer Container, TaskTerminal Process, Task Done);
}
