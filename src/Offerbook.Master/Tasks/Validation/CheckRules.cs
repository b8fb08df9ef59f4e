using Mesos.V1;
using CheckType = Mesos.V1.CheckInfo.Types.Type;
using HealthType = Mesos.V1.HealthCheck.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What checks and health checks may say.</summary>
internal static class CheckRules
{
    /// <summary>
    /// A health check from before there were types is a COMMAND or an HTTP check if it has exactly that; null when it cannot be told.
    /// </summary>
    public static HealthType? TypeOf(HealthCheck check) => check.HasType ? check.Type
        : check.Command is not null && check.Http is null ? HealthType.Command
        : check.Http is not null && check.Command is null ? HealthType.Http
        : null;

    public static string? Validate(HealthCheck? check)
    {
        if (check is null)
        {
            return null;
        }
        var wrong = !check.HasType ? "HealthCheck must specify 'type'" : check.Type switch
        {
            HealthType.Command => check.Command is null ? "Expecting 'command' to be set for COMMAND health check"
                : ValidateCommand(check.Command, "Command health check", "Health check"),
            HealthType.Http => check.Http is null ? "Expecting 'http' to be set for HTTP health check" : ValidateHttp(check.Http),
            HealthType.Tcp => check.Tcp is null ? "Expecting 'tcp' to be set for TCP health check" : null,
            _ => "'UNKNOWN' is not a valid health check type",
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
        var wrong = !check.HasType ? "CheckInfo must specify 'type'" : check.Type switch
        {
            CheckType.Command => check.Command is null ? "Expecting 'command' to be set for COMMAND check"
                : ValidateCommand(check.Command.Command_, "Command check", "Check"),
            CheckType.Http => check.Http is null ? "Expecting 'http' to be set for HTTP check"
                : ValidatePath(check.Http.HasPath ? check.Http.Path : null, "HTTP check"),
            CheckType.Tcp => check.Tcp is null ? "Expecting 'tcp' to be set for TCP check" : null,
            _ => "'UNKNOWN' is not a valid check type",
        };
        wrong ??= NegativeOf(("delay_seconds", check.DelaySeconds), ("interval_seconds", check.IntervalSeconds),
            ("timeout_seconds", check.TimeoutSeconds));
        return wrong is null ? null : "Task uses invalid check: " + wrong;
    }

    private static string? ValidateCommand(CommandInfo command, string what, string whose)
    {
        if (!command.HasValue)
        {
            return $"{what} must contain {(command.Shell ? "'shell command'" : "'executable path'")}";
        }
        return CommandRules.Validate(command, whose);
    }

    private static string? ValidateHttp(HealthCheck.Types.HTTPCheckInfo http)
    {
        if (http.HasScheme && http.Scheme is not ("http" or "https"))
        {
            return $"Unsupported HTTP health check scheme: '{http.Scheme}'";
        }
        return ValidatePath(http.HasPath ? http.Path : null, "HTTP health check");
    }

    private static string? ValidatePath(string? path, string what) =>
        path is null || path.StartsWith('/') ? null : $"The path '{path}' of {what} must start with '/'";

    private static string? NegativeOf(params ReadOnlySpan<(string Name, double Seconds)> durations)
    {
        foreach (var (name, seconds) in durations)
        {
            // Not a number is refused with the negative ones: nothing can wait for that long.
            if (!(seconds >= 0))
            {
                return $"Expecting '{name}' to be non-negative";
            }
        }
        return null;
    }
}
