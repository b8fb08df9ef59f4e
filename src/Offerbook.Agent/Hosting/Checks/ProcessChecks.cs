using System.ComponentModel;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Checks of containers that are processes of this host: commands run as the container's user, with its environment, in its
/// sandbox, its control group, its namespaces and its network.
/// </summary>
/// <param name="mainOf">The main process of a running container.</param>
/// <param name="networkOf">A process in the network that a running container shares with a pod; null: it is in the host's.</param>
internal sealed class ProcessChecks(
    ProcessLauncher launcher, Func<ContainerId, int?> mainOf, Func<ContainerId, ProcessIdentity?> networkOf) : IContainerChecks, IDisposable
{
    private readonly ChildReaper _reaper = new();

    public async Task<int> RunAsync(CheckSpec.Command check, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int child;
        try
        {
            child = await launcher.StartCheckAsync(
                check.Container, check.Run, check.Environment, NamespacesOf(check.Container), networkOf(check.Container.Container));
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new CheckImpossibleException($"the command could not be started: {failure.Message}", failure);
        }
        var ended = _reaper.WaitAsync(child);
        try
        {
            return await ended.WaitAsync(cancellation);
        }
        finally
        {
            // It leads its own process group: whatever it left behind, or all of it if its time ran out, ends here.
            Native.Signal(-child, Native.Kill);
        }
    }

    public int? NetworkOf(ContainerId container) => networkOf(container)?.Pid;

    public void Dispose() => _reaper.Dispose();

    /// <summary>A process to enter the namespaces of; null when the container has none of its own.</summary>
    private int? NamespacesOf(ContainerSpec spec)
    {
        if (mainOf(spec.Container) is not { } main)
        {
            return null;
        }
        // What numbers its own processes is the child of the process that we know.
        var inner = spec.Process.OwnProcessNumbers && ChildOf(main) is { } child ? child : main;
        try
        {
            return MountsOf("self") == MountsOf($"{inner}") ? null : inner;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or belongs to somebody else: then it cannot be entered either.
            return null;
        }
    }

    /// <summary>Which mount namespace a process is in.</summary>
    private static string? MountsOf(string process) => new FileInfo($"/proc/{process}/ns/mnt").LinkTarget;

    private static int? ChildOf(int process)
    {
        try
        {
            return int.TryParse(File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ')[0], out var child) ? child : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
