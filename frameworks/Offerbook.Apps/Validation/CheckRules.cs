using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>Rules for health checks, checks and readiness checks.</summary>
public static class CheckRules
{
    public static void Check(AppDefinition app, string path, PathErrors errors)
    {
        for (var i = 0; i < app.HealthChecks.Count; i++)
        {
            CheckHealthCheck(app, app.HealthChecks[i], path + "/healthChecks(" + i + ")", errors);
        }
        if (app.HealthChecks.Count(check => check.IsMadeByAgent && check.Command is null) > 1)
        {
            errors.Add(path, "AppDefinition can contain at most one Mesos health check");
        }
        CheckTaskCheck(app, path + "/check", errors);
        CheckReadiness(app, path, errors);
    }

    private static void CheckHealthCheck(AppDefinition app, HealthCheck check, string at, PathErrors errors)
    {
        if ((check.Protocol == HealthProtocol.Command) != check.Command is not null)
        {
            errors.Add(at + "/command", check.Command is null ? "not defined" : "a command needs protocol COMMAND");
        }
        var isMarathonCheck = check.Protocol is HealthProtocol.Http or HealthProtocol.Https or HealthProtocol.Tcp;
        var isIndexRight = check.PortIndex is { } index ? index < app.PortCount : check.Port is not null || app.PortCount == 1;
        if (isMarathonCheck && !isIndexRight)
        {
            errors.Add(at, "Health check port indices must address an element of the ports array or container port mappings.");
        }
        var mayUseIpv6 = check is { IsMadeByAgent: true, NeedsPort: true } && app.Container?.Type == EngineType.Docker;
        if (check.IpProtocol == IpProtocol.IPv6 && !mayUseIpv6)
        {
            errors.Add(at, "IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks");
        }
    }

    private static void CheckTaskCheck(AppDefinition app, string at, PathErrors errors)
    {
        if (app.Check is null)
        {
            return;
        }
        if (app.Container?.Type == EngineType.Docker)
        {
            errors.Add(at, "AppCheck is not supported with the Docker containerizer");
        }
        var portIndex = app.Check.Probe switch
        {
            CheckProbe.Http http => http.PortIndex,
            CheckProbe.Tcp tcp => tcp.PortIndex,
            _ => null,
        };
        if (portIndex >= app.PortCount)
        {
            errors.Add(at, "Health check port indices must address an element of the ports array or container port mappings.");
        }
    }

    private static void CheckReadiness(AppDefinition app, string path, PathErrors errors)
    {
        if (app.ReadinessChecks.Count > 1)
        {
            errors.Add(path + "/readinessChecks", $"got {app.ReadinessChecks.Count}, expected 1 or less");
        }
        var names = app.IsHostNetworking
            ? app.PortDefinitions.Select(port => port.Name).ToList()
            : app.PortMappings.Select(mapping => mapping.Name).ToList();
        for (var i = 0; i < app.ReadinessChecks.Count; i++)
        {
            var check = app.ReadinessChecks[i];
            var at = path + "/readinessChecks(" + i + ")";
            if (!names.Contains(check.PortName))
            {
                errors.Add(at + "/portName", $"No port definition reference for portName {check.PortName}");
            }
            if (check.TimeoutSeconds >= check.IntervalSeconds)
            {
                errors.Add(at + "/timeoutSeconds", $"got {check.TimeoutSeconds}, expected less than {check.IntervalSeconds}");
            }
        }
    }
}
