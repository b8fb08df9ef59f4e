using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using MesosCheck = Mesos.V1.HealthCheck;

namespace Offerbook.Apps.Pods;

/// <summary>The checks of one container, all made by the agent, which asks from inside the container.</summary>
internal static class PodCheckBuilder
{
    public static MesosCheck? Build(PodContainer container, IReadOnlyList<AssignedPort> ports)
    {
        if (container.HealthCheck is not { } check)
        {
            return null;
        }
        var mesos = new MesosCheck
        {
            DelaySeconds = check.DelaySeconds,
            IntervalSeconds = check.IntervalSeconds,
            TimeoutSeconds = check.TimeoutSeconds,
            GracePeriodSeconds = check.GracePeriodSeconds,
            ConsecutiveFailures = (uint)check.MaxConsecutiveFailures,
        };
        switch (check.Probe)
        {
            case PodProbe.Http http when PortOf(container, http.Endpoint, ports) is { } port:
                mesos.Type = MesosCheck.Types.Type.Http;
                mesos.Http = new MesosCheck.Types.HTTPCheckInfo
                {
                    Port = port,
                    Path = http.Path ?? "/",
                    Scheme = http.Scheme == HttpScheme.Https ? "https" : "http",
                };
                return mesos;
            case PodProbe.Tcp tcp when PortOf(container, tcp.Endpoint, ports) is { } port:
                mesos.Type = MesosCheck.Types.Type.Tcp;
                mesos.Tcp = new MesosCheck.Types.TCPCheckInfo { Port = port };
                return mesos;
            case PodProbe.Exec exec:
                mesos.Type = MesosCheck.Types.Type.Command;
                mesos.Command = Command(exec.Command);
                return mesos;
            default:
                return null;
        }
    }

    public static CheckInfo? BuildCheck(PodContainer container, IReadOnlyList<AssignedPort> ports)
    {
        if (container.Check is not { } check)
        {
            return null;
        }
        var info = new CheckInfo { DelaySeconds = check.DelaySeconds, IntervalSeconds = check.IntervalSeconds,
            TimeoutSeconds = check.TimeoutSeconds };
        switch (check.Probe)
        {
            case PodProbe.Http http when PortOf(container, http.Endpoint, ports) is { } port:
                info.Type = CheckInfo.Types.Type.Http;
                info.Http = new CheckInfo.Types.Http { Port = port, Path = http.Path ?? "/" };
                return info;
            case PodProbe.Tcp tcp when PortOf(container, tcp.Endpoint, ports) is { } port:
                info.Type = CheckInfo.Types.Type.Tcp;
                info.Tcp = new CheckInfo.Types.Tcp { Port = port };
                return info;
            case PodProbe.Exec exec:
                info.Type = CheckInfo.Types.Type.Command;
                info.Command = new CheckInfo.Types.Command { Command_ = Command(exec.Command) };
                return info;
            default:
                return null;
        }
    }

    private static CommandInfo Command(PodCommand command)
    {
        if (command is PodCommand.Shell shell)
        {
            return new CommandInfo { Shell = true, Value = shell.Text };
        }
        var arguments = ((PodCommand.Argv)command).Arguments;
        var info = new CommandInfo { Shell = false, Value = arguments[0] };
        info.Arguments.Add(arguments);
        return info;
    }

    private static uint? PortOf(PodContainer container, string endpoint, IReadOnlyList<AssignedPort> ports)
    {
        for (var i = 0; i < container.Endpoints.Count; i++)
        {
            if (container.Endpoints[i].Name == endpoint)
            {
                return (uint)ports[i].ContainerPort;
            }
        }
        return null;
    }
}
