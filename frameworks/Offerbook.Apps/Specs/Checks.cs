namespace Offerbook.Apps.Specs;

public enum HealthProtocol
{
    Http,
    Https,
    Tcp,
    Command,
    MesosTcp,
    MesosHttp,
    MesosHttps,
}

public enum IpProtocol
{
    IPv4,
    IPv6,
}

/// <summary>How to find out whether an instance is well.</summary>
/// <param name="Command">Shell text for <see cref="HealthProtocol.Command"/>.</param>
/// <param name="Path">For the HTTP protocols; null is <c>/</c>.</param>
/// <param name="Port">A fixed port, instead of <paramref name="PortIndex"/>.</param>
/// <param name="PortIndex">Index into the port definitions or port mappings.</param>
/// <param name="GracePeriodSeconds">Failures do not count until the first success or until the task ran so long.</param>
/// <param name="MaxConsecutiveFailures">Then the task is killed; 0 is never, for the checks made by the scheduler.</param>
/// <param name="IgnoreHttp1xx">An answer of 1xx changes nothing.</param>
public sealed record HealthCheck(
    HealthProtocol Protocol,
    string? Command,
    string? Path,
    int? Port,
    int? PortIndex,
    int GracePeriodSeconds,
    int IntervalSeconds,
    int TimeoutSeconds,
    int DelaySeconds,
    int MaxConsecutiveFailures,
    bool IgnoreHttp1xx,
    IpProtocol IpProtocol)
{
    public static HealthCheck Default { get; } =
        new(HealthProtocol.Http, null, null, null, null, 300, 60, 20, 15, 3, false, IpProtocol.IPv4);

    /// <summary>Carried out by the agent beside the task, and reported in its status; the others are made by the scheduler.</summary>
    public bool IsMadeByAgent =>
        Protocol is HealthProtocol.Command or HealthProtocol.MesosHttp or HealthProtocol.MesosHttps or HealthProtocol.MesosTcp;

    public bool NeedsPort => Protocol is not HealthProtocol.Command;

    public bool IsHttp => Protocol is HealthProtocol.Http or HealthProtocol.Https or HealthProtocol.MesosHttp or HealthProtocol.MesosHttps;
}

public enum HttpScheme
{
    Http,
    Https,
}

/// <summary>A check whose result is shown and nothing more.</summary>
public sealed record TaskCheck(CheckProbe Probe, int IntervalSeconds, int TimeoutSeconds, int DelaySeconds);

public abstract record CheckProbe
{
    private CheckProbe()
    {
    }

    public sealed record Http(int? PortIndex, int? Port, string? Path, HttpScheme Scheme) : CheckProbe;

    public sealed record Tcp(int? PortIndex, int? Port) : CheckProbe;

    public sealed record Shell(string Command) : CheckProbe;

    public sealed record Argv(ValueList<string> Command) : CheckProbe;
}

/// <summary>Asked of a new instance during deployments only, until it once answers with one of the status codes.</summary>
/// <param name="PortName">Names a port definition or mapping.</param>
/// <param name="PreserveLastResponse">Keep the body of the answer for showing.</param>
public sealed record ReadinessCheck(
    string Name,
    HttpScheme Protocol,
    string Path,
    string PortName,
    int IntervalSeconds,
    int TimeoutSeconds,
    ValueSet<int> HttpStatusCodesForReady,
    bool PreserveLastResponse);
