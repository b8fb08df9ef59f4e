namespace Offerbook.Cli;

/// <summary>What the program's exit status tells a script.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The cluster did what was asked and it did not end well: a deployment or a job failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the document was wrong; nothing was changed.</summary>
    public const int BadInput = 2;

    /// <summary>A server could not be reached, or could not be started.</summary>
    public const int Unavailable = 3;

    /// <summary>What was named does not exist.</summary>
    public const int NotFound = 4;

    /// <summary>Something else is in the way: a running deployment holds the lock, an id is taken.</summary>
    public const int Conflict = 5;

    /// <summary>It was not done within <c>--timeout</c>; it goes on in the cluster.</summary>
    public const int TimedOut = 6;

    /// <summary>
    /// The deployment stands still: at a pause point, by request, or held by one of its limits. Somebody has to say how it goes on.
    /// </summary>
    public const int Halted = 7;

    /// <summary><c>offerbook plan</c>: the document would change something, and what it would start fits now.</summary>
    public const int Changes = 10;

    /// <summary><c>offerbook plan</c>: the document would change something, and not all that it would start fits now.</summary>
    public const int ChangesWithoutRoom = 11;

    /// <summary>Stopped by Ctrl-C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a verb with a message for people and an exit status for scripts.</summary>
/// <param name="message">What went wrong, where and why.</param>
/// <param name="hint">What to do about it.</param>
internal sealed class CliException(int exitCode, string message, string? hint = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;
}
