using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Knows which namespaces a container that joins another is to enter.</summary>
internal sealed class JoinedNamespaces(TrackedContainers containers, TimeProvider time)
{
    /// <summary>Five seconds in all.</summary>
    private const int Looks = 250;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>A process inside the namespaces of the container that this one joins; null when those are the host's.</summary>
    /// <exception cref="IOException">That container has ended, or its first process did not come in time.</exception>
    public async ValueTask<int?> ForAsync(ContainerSpec spec)
    {
        var around = spec.Joins;
        // A session is none of these containers; one within it is where it is.
        while (around is { } session && containers.Find(session) is null)
        {
            around = session.Parent;
        }
        if (around is not { } joined || containers.Find(joined) is not { } outer)
        {
            return null;
        }
        if (outer.Spec.Process is { OwnProcessNumbers: false, OwnIpc: false } && !MountsVolumes(outer.Spec))
        {
            return await ForAsync(outer.Spec);
        }
        for (var look = 0; look < Looks && outer.IsRunning && outer.Record.Main is { IsAlive: true } main; look++)
        {
            if ((outer.Spec.Process.OwnProcessNumbers ? ProcessTable.FirstChild(main.Pid) : main.Pid) is { } inside)
            {
                return inside;
            }
            // The first process of the numbering is a child that is about to be started; nobody tells when.
            await Task.Delay(LookAgain, time);
        }
        throw new IOException(outer.IsRunning && outer.Record.Main is { IsAlive: true }
            ? $"the container {joined} that it joins had no process of its own numbering after {LookAgain * Looks}"
            : $"the container {joined} that it joins has ended");
    }

    /// <summary>Whether it has mounts of its own, which take root: others of its volumes are links.</summary>
    private static bool MountsVolumes(ContainerSpec spec) =>
        Ownership.IsRoot && spec.Volumes.Any(volume => volume.IsAbsolute || volume.ReadOnly || volume.Source is VolumeSource.Secret);
}
