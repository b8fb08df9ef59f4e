using Mesos.V1;
using CheckType = Mesos.V1.CheckInfo.Types.Type;
using HealthType = Mesos.V1.HealthCheck.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What checks and health checks may say.</summary>
internal static class CheckRules
{
    /// <summary>A health check without type is a COMMAND or HTTP check if it has one of these.</summary>
    public static HealthType TypeOf(HealthCheck check) => check.HasType && check.Type != HealthType.Unknown ? check.Type
        : check.Command is not null ? HealthType.Command
        : check.Http is not null ? HealthType.Http
        : HealthType.Unknown;

    public static string? Validate(HealthCheck? check)
    {
        if (check is null)
        {
            return null;
        }
        var wrong = TypeOf(check) switch
        {
            HealthType.Command => check.Command is null ? "Expecting 'command' to be set for COMMAND health check"
                : ValidateCommand(check.Command, "health check's"),
            HealthType.Http => check.Http is null ? "Expecting 'http' to be set for HTTP health check" : ValidateHttp(check.Http),
            HealthType.Tcp => check.Tcp is null ? "Expecting 'tcp' to be set for TCP health check" : null,
            _ => "HealthCheck must specify 'type'",
        };
        wrong ??= NegativeOf(("delay_seconds", check.DelaySeconds), ("grace_period_seconds", check.GracePeriodSeconds),
            ("interval_seconds", check.IntervalSeconds), ("timeout_seconds", check.TimeoutSeconds));
        return wrong is null ? null : "Task uses invalid health check: " + wrong;
    }

    public static string? Validate(CheckInfo? check)
    {
        if (check is null)
        {
            return null;
        }
        var wrong = check.Type switch
        {
            CheckType.Command => check.Command is null ? "Expecting 'command' to be set for COMMAND check"
                : ValidateCommand(check.Command.Command_, "check's"),
            CheckType.Http => check.Http is null ? "Expecting 'http' to be set for HTTP check" : ValidatePath(check.Http.HasPath ? check.Http.Path : null),
            CheckType.Tcp => check.Tcp is null ? "Expecting 'tcp' to be set for TCP check" : null,
            _ => "CheckInfo must specify 'type'",
        };
        wrong ??= NegativeOf(("delay_seconds", check.DelaySeconds), ("interval_seconds", check.IntervalSeconds),
            ("timeout_seconds", check.TimeoutSeconds));
        return wrong is null ? null : "Task uses invalid check: " + wrong;
    }

    private static string? ValidateCommand(CommandInfo command, string whose)
    {
        if (!command.HasValue)
        {
            return command.Shell ? "Shell command must be specified" : "Executable path must be specified";
        }
        return ContainerRules.Validate(command.Environment) is { } wrong ? $"{whose} command: {wrong}" : null;
    }

    private static string? ValidateHttp(HealthCheck.Types.HTTPCheckInfo http)
    {
        if (http.HasScheme && http.Scheme is not ("http" or "https"))
        {
            return $"Unsupported HTTP health check scheme: '{http.Scheme}'";
        }
        return ValidatePath(http.HasPath ? http.Path : null);
    }

    private static string? ValidatePath(string? path) =>
        path is null || path.StartsWith('/') ? null : $"The path '{path}' of HTTP check must start with '/'";

    private static string? NegativeOf(params ReadOnlySpan<(string Name, double Seconds)> durations)
    {
        foreach (var (name, seconds) in durations)
        {
            if (!(seconds >= 0))
            {
                return $"Expecting '{name}' to be non-negative";
            }
        }
        return null;
    }
}
