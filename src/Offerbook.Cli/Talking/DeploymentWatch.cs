using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

/// <summary>How a deployment ended, for exit status and <c>--json</c>.</summary>
internal enum DeploymentEnd
{
    Succeeded,

    /// <summary>Cancelled or overridden by another one.</summary>
    Failed,

    TimedOut,

    /// <summary>The event stream broke and the deployment is not running any more: how it ended is not known.</summary>
    Unknown,
}

/// <summary>
/// Follows a deployment to its end. The event stream is opened before the change is submitted, so the end cannot be missed;
/// every event of interest calls <c>progress</c>, which reads and shows the present state.
/// </summary>
internal sealed class DeploymentWatch : IDisposable
{
    private const string Events = "/v2/events?event_type=deployment_success&event_type=deployment_failed&event_type=deployment_info"
        + "&event_type=deployment_step_success&event_type=status_update_event&event_type=instance_health_changed_event"
        + "&event_type=event_stream_attached";

    private readonly ApiClient _apps;
    private readonly EventReader _events;

    private DeploymentWatch(ApiClient apps, EventReader events)
    {
        _apps = apps;
        _events = events;
    }

    public static async Task<DeploymentWatch> OpenAsync(ApiClient apps, CancellationToken cancellation) =>
        new(apps, await apps.OpenEventsAsync(Events, cancellation));

    public void Dispose() => _events.Dispose();

    public async Task<(DeploymentEnd End, string? Reason)> WaitAsync(
        string deployment, TimeSpan timeout, Func<Task> progress, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await foreach (var happened in _events.ReadAsync(limit.Token))
            {
                await progress();
                var id = (string?)happened["id"];
                switch ((string?)happened["eventType"])
                {
                    case "deployment_success" when id == deployment:
                        return (DeploymentEnd.Succeeded, null);
                    case "deployment_failed" when id == deployment:
                        return (DeploymentEnd.Failed, (string?)happened["reason"]);
                }
            }
            return await IsRunningAsync(deployment, limit.Token)
                ? (DeploymentEnd.Unknown, "the event stream ended; the deployment is still running")
                : (DeploymentEnd.Unknown, "the event stream ended; the deployment is not running any more");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (DeploymentEnd.TimedOut, $"not done after {timeout.TotalSeconds:0} s; it goes on in the cluster");
        }
    }

    private async Task<bool> IsRunningAsync(string deployment, CancellationToken cancellation)
    {
        var running = await _apps.RequireAsync(HttpMethod.Get, "/v2/deployments", null, cancellation);
        return running is JArray list && list.Any(plan => (string?)plan["id"] == deployment);
    }
}
