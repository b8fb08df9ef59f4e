using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What the end of a container is called.</summary>
internal static class ContainerEnd
{
    /// <param name="ofEarlierBoot">The machine was restarted since it began. An engine that comes up then gives what it lost an end of its
    /// own invention.</param>
    public static ContainerExit Of(EngineState state, bool ofEarlierBoot)
    {
        if (ofEarlierBoot && (state.FinishedAt is null || state.FinishedAt >= BootedAt()))
        {
            return new ContainerExit.Vanished("The machine was restarted while the container ran; its exit status is not known");
        }
        // A process of it that was killed need not have been the main one; if that went on to end well, all is well.
        if (state is { OutOfMemory: true, ExitCode: not 0 })
        {
            return new ContainerExit.OverLimit(LimitedResource.Memory,
                "Memory limit exceeded: the kernel killed the container, which had used all of its memory");
        }
        return new ContainerExit.Exited(state.ExitCode);
    }

    private static DateTimeOffset BootedAt() =>
        DateTimeOffset.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);
}
