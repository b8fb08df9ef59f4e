using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// A runtime that can start processes whose input and output are in the agent's hands, in containers of its kind that run already
/// (<see cref="ContainerSpec.Joins"/>). Such a process ends with the agent at the latest.
/// </summary>
internal interface IContainerSessions
{
    /// <summary>
    /// Starts what the spec says, in the container that it joins. Never throws for what the container or its engine does.
    /// </summary>
    /// <param name="spec">With <see cref="ContainerSpec.Attach"/> set.</param>
    Task<AttachedStart> StartAttachedAsync(ContainerSpec spec, CancellationToken cancellation);
}

/// <summary>The process, or why there is none.</summary>
internal readonly record struct AttachedStart(IAttachedProcess? Process, string? Failure);

/// <summary>A process and its three streams. Each stream has one user at a time; disposing kills what is left.</summary>
internal interface IAttachedProcess : IAsyncDisposable
{
    /// <summary>On the host; 0 when that is not known.</summary>
    int Pid { get; }

    /// <summary>How the process ended.</summary>
    Task<ContainerExit> Exit { get; }

    /// <summary>
    /// Hands over the output until it has ended, waiting for the callback each time. With a terminal everything is standard output.
    /// </summary>
    Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output);

    /// <exception cref="IOException">Nobody reads it any more.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation);

    /// <summary>Nothing more comes. A terminal has no end: who types there sends its end-of-file character.</summary>
    ValueTask CloseInputAsync();

    /// <summary>Nothing happens without a terminal.</summary>
    void Resize(TerminalSize size);

    void Signal(int signal);
}
