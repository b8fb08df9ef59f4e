using Mesos.V1;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Text;

namespace Offerbook.Agent.Executors;

/// <summary>
/// The variables that every executor is given (API section 4), and every command task too, as its own executor: programs look for
/// them. The sandbox's own path is added where it is known, by the shell; what the command brings comes after these.
/// </summary>
internal static class ExecutorEnvironment
{
    /// <param name="grace">How long it has to end after SHUTDOWN; null: the agent's default.</param>
    public static List<KeyValuePair<string, string>> Of(
        FrameworkInfo framework, ExecutorId executor, AgentID agent, IEnumerable<Resource> resources, DurationInfo? grace,
        AgentSettings settings)
    {
        var endpoint = $"{settings.IpAddress}:{settings.Info.Port}";
        var list = new List<KeyValuePair<string, string>>(settings.ExecutorEnvironment)
        {
            new("MESOS_FRAMEWORK_ID", framework.Id.Value),
            new("MESOS_EXECUTOR_ID", executor.Value),
            new("MESOS_SLAVE_ID", agent.Value),
            new("MESOS_AGENT_ENDPOINT", endpoint),
            new("MESOS_SLAVE_PID", $"slave(1)@{endpoint}"),
            new("MESOS_CHECKPOINT", framework.Checkpoint ? "1" : "0"),
            new("MESOS_HTTP_COMMAND_EXECUTOR", "0"),
            new("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", DurationText.Of(Grace(grace, settings))),
            new("LIBPROCESS_PORT", "0"),
        };
        if (framework.Checkpoint)
        {
            list.Add(new("MESOS_RECOVERY_TIMEOUT", DurationText.Of(settings.RecoveryTimeout)));
            list.Add(new("MESOS_SUBSCRIPTION_BACKOFF_MAX", DurationText.Of(settings.ExecutorReregistrationTimeout)));
        }
        if (resources.FirstOrDefault(resource => resource.AllocationInfo is not null) is { } allocated)
        {
            list.Add(new("MESOS_ALLOCATION_ROLE", allocated.AllocationInfo.Role));
        }
        return list;
    }

    public static TimeSpan Grace(DurationInfo? grace, AgentSettings settings) =>
        grace is null ? settings.ExecutorShutdownGrace : TimeSpan.FromTicks(Math.Max(0, grace.Nanoseconds) / TimeSpan.NanosecondsPerTick);
}
