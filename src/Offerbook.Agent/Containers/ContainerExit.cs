namespace Offerbook.Agent.Containers;

/// <summary>How a container's main process ended.</summary>
public abstract record ContainerExit
{
    private ContainerExit()
    {
    }

    /// <param name="Code">0 to 255.</param>
    public sealed record Exited(int Code) : ContainerExit;

    /// <param name="Signal">The signal's number on Linux, such as 15 for SIGTERM.</param>
    public sealed record Signaled(int Signal) : ContainerExit;

    /// <summary>It was ended because it used more than it may.</summary>
    /// <param name="Message">What it used and what it might have used.</param>
    public sealed record OverLimit(LimitedResource Resource, string Message) : ContainerExit;

    /// <summary>The process is gone and nothing recorded its status: its supervisor was killed too, or the machine was restarted.</summary>
    public sealed record Vanished(string Why) : ContainerExit;
}

public enum LimitedResource
{
    Memory,
    Disk,
}
