using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

/// <summary>How a deployment ended, for exit status and <c>--json</c>.</summary>
internal enum DeploymentEnd
{
    Succeeded,

    /// <summary>Cancelled or overridden by another one.</summary>
    Failed,

    TimedOut,

    /// <summary>It stands still at a pause point, or because somebody asked for it.</summary>
    Paused,

    /// <summary>It stands still because it ran into one of its limits.</summary>
    Held,

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

    /// <summary>That a deployment stands still is told by no event that clients of old would know, so one looks.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

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
        await using var events = _events.ReadAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            return await FollowAsync(deployment, events, () => next, () => next = events.MoveNextAsync().AsTask(), progress, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (DeploymentEnd.TimedOut, $"not done after {timeout.TotalSeconds:0} s; it goes on in the cluster");
        }
        finally
        {
            // A stream that is being read cannot be closed.
            await limit.CancelAsync();
            await Task.WhenAny(next);
        }
    }

    private async Task<(DeploymentEnd End, string? Reason)> FollowAsync(string deployment, IAsyncEnumerator<JObject> events, Func<Task<bool>> next, Action read,
        Func<Task> progress, CancellationToken cancellation)
    {
        using var looks = new PeriodicTimer(LookInterval);
        var look = looks.WaitForNextTickAsync(cancellation).AsTask();
        while (true)
        {
            if (await Task.WhenAny(next(), look) == look)
            {
                await look;
                if (await HaltAsync(deployment, cancellation) is { } halt)
                {
                    await progress();
                    return halt;
                }
                look = looks.WaitForNextTickAsync(cancellation).AsTask();
                continue;
            }
            if (!await next())
            {
                return (DeploymentEnd.Unknown, await IsRunningAsync(deployment, cancellation)
                    ? "the event stream ended; the deployment is still running"
                    : "the event stream ended; the deployment is not running any more");
            }
            var happened = events.Current;
            await progress();
            var id = (string?)happened["id"];
            switch ((string?)happened["eventType"])
            {
                case "deployment_success" when id == deployment:
                    return (DeploymentEnd.Succeeded, null);
                case "deployment_failed" when id == deployment:
                    return (DeploymentEnd.Failed, (string?)happened["reason"]);
            }
            read();
        }
    }

    /// <summary>Null: it does not stand still, or is over.</summary>
    private async Task<(DeploymentEnd End, string? Reason)?> HaltAsync(string deployment, CancellationToken cancellation)
    {
        var answer = await _apps.GetAsync($"/offerbook/v1/deployments/{deployment}", cancellation);
        if (!answer.IsSuccess || (string?)answer.Body?["state"] is not ("paused" or "held") || answer.Body["waiting"] is not { } waiting)
        {
            return null;
        }
        var state = (string?)answer.Body["state"];
        var reason = waiting.SelectMany(app => app["reasons"] ?? new JArray()).FirstOrDefault(reason => (string?)reason["reason"] == state)?["message"];
        return (state == "held" ? DeploymentEnd.Held : DeploymentEnd.Paused,
            $"{(reason is null ? "it stands still" : reason)}; 'offerbook rollout promote {deployment}' lets it go on, 'offerbook rollout abort {deployment}' takes it back");
    }

    private async Task<bool> IsRunningAsync(string deployment, CancellationToken cancellation)
    {
        var running = await _apps.RequireAsync(HttpMethod.Get, "/v2/deployments", null, cancellation);
        return running is JArray list && list.Any(plan => (string?)plan["id"] == deployment);
    }
}
