using Mesos.V1;
using Offerbook.Apps.Specs;
using MesosCheck = Mesos.V1.HealthCheck;

namespace Offerbook.Apps.Matching;

/// <summary>The checks that the agent makes; those of the scheduler are not in the task.</summary>
internal static class HealthCheckBuilder
{
    public static MesosCheck? Build(AppDefinition app, IReadOnlyList<AssignedPort> ports)
    {
        if (app.HealthChecks.FirstOrDefault(check => check.IsMadeByAgent) is not { } check)
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
        var protocol = check.IpProtocol == IpProtocol.IPv6 ? NetworkInfo.Types.Protocol.Ipv6 : NetworkInfo.Types.Protocol.Ipv4;
        if (check.Protocol == HealthProtocol.Command)
        {
            mesos.Type = MesosCheck.Types.Type.Command;
            mesos.Command = new CommandInfo { Shell = true, Value = check.Command ?? "" };
            return mesos;
        }
        if (PortOf(check.Port, check.PortIndex, ports) is not { } port)
        {
            return null;
        }
        if (check.Protocol == HealthProtocol.MesosTcp)
        {
            mesos.Type = MesosCheck.Types.Type.Tcp;
            mesos.Tcp = new MesosCheck.Types.TCPCheckInfo { Port = port, Protocol = protocol };
        }
        else
        {
            mesos.Type = MesosCheck.Types.Type.Http;
            mesos.Http = new MesosCheck.Types.HTTPCheckInfo
            {
                Port = port,
                Path = check.Path ?? "/",
                Scheme = check.Protocol == HealthProtocol.MesosHttps ? "https" : "http",
                Protocol = protocol,
            };
        }
        return mesos;
    }

    public static CheckInfo? BuildCheck(AppDefinition app, IReadOnlyList<AssignedPort> ports)
    {
        if (app.Check is not { } check)
        {
            return null;
        }
        var info = new CheckInfo
        {
            DelaySeconds = check.DelaySeconds,
            IntervalSeconds = check.IntervalSeconds,
            TimeoutSeconds = check.TimeoutSeconds,
        };
        switch (check.Probe)
        {
            case CheckProbe.Http http when PortOf(http.Port, http.PortIndex ?? 0, ports) is { } port:
                info.Type = CheckInfo.Types.Type.Http;
                info.Http = new CheckInfo.Types.Http { Port = port };
                if (http.Path is not null)
                {
                    info.Http.Path = http.Path;
                }
                return info;
            case CheckProbe.Tcp tcp when PortOf(tcp.Port, tcp.PortIndex ?? 0, ports) is { } port:
                info.Type = CheckInfo.Types.Type.Tcp;
                info.Tcp = new CheckInfo.Types.Tcp { Port = port };
                return info;
            case CheckProbe.Shell shell:
                return WithCommand(info, new CommandInfo { Shell = true, Value = shell.Command });
            case CheckProbe.Argv argv:
                var command = new CommandInfo { Shell = false, Value = argv.Command[0] };
                command.Arguments.Add(argv.Command);
                return WithCommand(info, command);
            default:
                return null;
        }
    }

    private static CheckInfo WithCommand(CheckInfo info, CommandInfo command)
    {
        info.Type = CheckInfo.Types.Type.Command;
        info.Command = new CheckInfo.Types.Command { Command_ = command };
        return info;
    }

    /// <summary>The executor looks from inside the container, so it is told the container's port.</summary>
    private static uint? PortOf(int? port, int? index, IReadOnlyList<AssignedPort> ports) =>
        port is { } given ? (uint)given : index is { } i && i < ports.Count ? (uint)ports[i].ContainerPort : null;
}
