using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Standalone;

/// <summary>What became of a <see cref="ContainerCall"/>.</summary>
public abstract record ContainerReply
{
    private ContainerReply()
    {
    }

    /// <summary>It is done; a container that was launched runs.</summary>
    public sealed record Done : ContainerReply;

    /// <summary>A container of this id is there already.</summary>
    public sealed record AlreadyLaunched : ContainerReply;

    /// <summary>The container that was waited for has ended.</summary>
    public sealed record Ended(OperatorContainerEnded Termination) : ContainerReply;

    public sealed record Refused(ContainerRefusal Reason, string Text) : ContainerReply;
}

public enum ContainerRefusal
{
    /// <summary>It cannot be launched, or not like this.</summary>
    CannotLaunch,

    /// <summary>There is no such container, or none that is not over.</summary>
    NotFound,

    /// <summary>The state of the container does not allow it.</summary>
    WrongState,
}
