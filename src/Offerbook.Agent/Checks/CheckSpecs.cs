using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Checks;

/// <summary>Derives a probe from what the framework asked for; the type may be left out and then follows from what is set.</summary>
internal static class CheckSpecs
{
    /// <param name="container">What the check is of; asked for only where a command needs it.</param>
    /// <returns>Null when the check describes nothing to do.</returns>
    public static CheckSpec? Of(HealthCheck check, Func<ContainerSpec> container)
    {
        var timeout = Timeout(check.TimeoutSeconds);
        var type = check.HasType ? check.Type : HealthCheck.Types.Type.Unknown;
        return (type, check) switch
        {
            (HealthCheck.Types.Type.Command or HealthCheck.Types.Type.Unknown, { Command: { } command }) =>
                Command(command, container, timeout),
            (HealthCheck.Types.Type.Http or HealthCheck.Types.Type.Unknown, { Http: { } http }) => new CheckSpec.Http(
                http.HasScheme
                    ? http.Scheme : "http", (int)http.Port, Path(http.Path), http.Protocol == NetworkInfo.Types.Protocol.Ipv6, timeout),
            (HealthCheck.Types.Type.Tcp or HealthCheck.Types.Type.Unknown, { Tcp: { } tcp }) => new CheckSpec.Tcp(
                (int)tcp.Port, tcp.Protocol == NetworkInfo.Types.Protocol.Ipv6, timeout),
            _ => null,
        };
    }

    /// <param name="container">What the check is of; asked for only where a command needs it.</param>
    /// <returns>Null when the check describes nothing to do.</returns>
    public static CheckSpec? Of(CheckInfo check, Func<ContainerSpec> container)
    {
        var timeout = Timeout(check.TimeoutSeconds);
        return (CheckReport.TypeOf(check), check) switch
        {
            (CheckInfo.Types.Type.Command, { Command.Command_: { } command }) => Command(command, container, timeout),
            (CheckInfo.Types.Type.Http, { Http: { } http }) => new CheckSpec.Http("http", (int)http.Port, Path(http.Path), false, timeout),
            (CheckInfo.Types.Type.Tcp, { Tcp: { } tcp }) => new CheckSpec.Tcp((int)tcp.Port, false, timeout),
            _ => null,
        };
    }

    private static CheckSpec.Command Command(CommandInfo command, Func<ContainerSpec> container, TimeSpan? timeout) =>
        new(container(), ContainerSpecs.Command(command), [.. ContainerSpecs.Variables(command)], timeout);

    private static string Path(string path) => path.Length == 0 ? "/" : path.StartsWith('/') ? path : "/" + path;

    private static TimeSpan? Timeout(double seconds) => CheckTimes.Of(seconds) is { Ticks: > 0 } timeout ? timeout : null;
}

internal static class CheckTimes
{
    private const double LongestSeconds = 28 * 86_400;

    /// <summary>A duration given in seconds, cut to [0, 28 days]; what is not a number is 0.</summary>
    public static TimeSpan Of(double seconds) =>
        double.IsNaN(seconds) ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestSeconds));
}
