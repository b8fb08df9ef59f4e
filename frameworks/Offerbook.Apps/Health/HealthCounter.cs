using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Health;

/// <summary>What a probe's result means.</summary>
public enum HealthVerdict
{
    /// <summary>Nothing: the instance is still in its grace period, or the answer says nothing.</summary>
    Ignored,

    Success,

    Failure,

    /// <summary>One failure too many: the task is to be killed.</summary>
    Kill,
}

/// <summary>
/// Counts the results of one check of one task. Failures are not counted until the first success or until the task has run longer
/// than the grace period. The kill comes with the failure after <see cref="HealthCheck.MaxConsecutiveFailures"/> consecutive ones; 0 never
/// kills.
/// </summary>
public static class HealthCounter
{
    /// <param name="running">For how long the task has been running.</param>
    public static (CheckHealth Health, HealthVerdict Verdict) Count(CheckHealth health, HealthCheck check, ProbeResult result,
        Timestamp now, TimeSpan running)
    {
        switch (Judge(check, result))
        {
            case null:
                return (health, HealthVerdict.Ignored);
            case true:
                return (health with
                {
                    IsAlive = true,
                    ConsecutiveFailures = 0,
                    FirstSuccess = health.FirstSuccess ?? now,
                    LastSuccess = now,
                }, HealthVerdict.Success);
            default:
                if (health.FirstSuccess is null && running <= TimeSpan.FromSeconds(check.GracePeriodSeconds))
                {
                    return (health, HealthVerdict.Ignored);
                }
                var kill = check.MaxConsecutiveFailures > 0 && health.ConsecutiveFailures >= check.MaxConsecutiveFailures;
                return (health with
                {
                    IsAlive = false,
                    ConsecutiveFailures = health.ConsecutiveFailures + 1,
                    LastFailure = now,
                    LastFailureCause = CauseOf(result),
                }, kill ? HealthVerdict.Kill : HealthVerdict.Failure);
        }
    }

    private static bool? Judge(HealthCheck check, ProbeResult result) => result switch
    {
        ProbeResult.Connected => true,
        ProbeResult.HttpAnswered { Status: >= 100 and < 200 } when check.IgnoreHttp1xx => null,
        ProbeResult.HttpAnswered answered => answered.Status is >= 200 and < 400,
        _ => false,
    };

    private static string CauseOf(ProbeResult result) => result switch
    {
        ProbeResult.HttpAnswered answered => $"{answered.Status} {answered.Reason}",
        ProbeResult.NoAnswer none => none.Cause,
        _ => "",
    };
}
