using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Checks;

/// <summary>One probe of a running container, to be carried out once by the shell.</summary>
/// <param name="Timeout">The probe has failed after so long; null means that it may take forever.</param>
public abstract record CheckSpec(TimeSpan? Timeout)
{
    /// <summary>Run in the container's sandbox with its environment, plus the check's own.</summary>
    public sealed record Command(ContainerSpec Container, CommandSpec Run, IReadOnlyList<KeyValuePair<string, string>> Environment,
        TimeSpan? Timeout)
        : CheckSpec(Timeout);

    /// <summary>GET on the loopback address; https without verification of the certificate.</summary>
    /// <param name="Path">Starts with a slash; the root when the task named none.</param>
    public sealed record Http(string Scheme, int Port, string Path, bool IPv6, TimeSpan? Timeout) : CheckSpec(Timeout);

    /// <summary>A connection to the loopback address.</summary>
    public sealed record Tcp(int Port, bool IPv6, TimeSpan? Timeout) : CheckSpec(Timeout);
}

/// <summary>What a probe found.</summary>
public abstract record CheckResult
{
    private CheckResult()
    {
    }

    /// <param name="ExitCode">As a shell shows it: 128 + n for a death by signal n.</param>
    public sealed record CommandExited(int ExitCode) : CheckResult;

    public sealed record HttpAnswered(int StatusCode) : CheckResult;

    public sealed record TcpAnswered(bool Connected) : CheckResult;

    /// <summary>The probe gave no answer: it could not be started, the connection was refused, or its time ran out.</summary>
    public sealed record NoAnswer(string Why) : CheckResult;
}

/// <summary>Which of a task's two checks a probe belongs to.</summary>
public enum CheckPurpose
{
    /// <summary>TaskInfo.health_check: counts failures and may kill.</summary>
    Health,

    /// <summary>TaskInfo.check: only reports.</summary>
    General,
}
