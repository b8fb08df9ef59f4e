namespace Offerbook.Apps.Health;

/// <summary>A question to one instance over the network, asked by the framework itself.</summary>
/// <param name="Host">Host name or address of the agent (host networking) or of the container.</param>
/// <param name="Timeout">After this the answer is <see cref="ProbeResult.NoAnswer"/>.</param>
public abstract record HealthProbe(string Host, int Port, TimeSpan Timeout)
{
    /// <summary>GET over HTTP, or HTTPS without looking at the certificate.</summary>
    public sealed record Http(string Host, int Port, TimeSpan Timeout, bool Tls, string Path) : HealthProbe(Host, Port, Timeout);

    /// <summary>Open a connection and close it.</summary>
    public sealed record Tcp(string Host, int Port, TimeSpan Timeout) : HealthProbe(Host, Port, Timeout);
}

/// <summary>How a probe ended.</summary>
public abstract record ProbeResult
{
    private ProbeResult()
    {
    }

    /// <summary>An HTTP response came; only its status counts.</summary>
    public sealed record HttpAnswered(int Status, string Reason) : ProbeResult;

    /// <summary>The connection opened.</summary>
    public sealed record Connected : ProbeResult;

    /// <summary>Refused, timed out, or not HTTP.</summary>
    public sealed record NoAnswer(string Cause) : ProbeResult;
}
