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

    /// <summary>Between two tries to find out who leads now.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly ApiClient _apps;
    private readonly LeaderPatience _patience = new(TimeProvider.System);
    private EventReader _events;

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
            while (true)
            {
                if (await FollowStreamAsync(deployment, progress, limit.Token) is { } end)
                {
                    return end;
                }
                if (!await ReopenAsync(limit.Token))
                {
                    return (DeploymentEnd.Unknown, await IsRunningAsync(deployment, limit.Token)
                        ? "the event stream ended; the deployment is still running"
                        : "the event stream ended; the deployment is not running any more");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (DeploymentEnd.TimedOut, $"not done after {timeout.TotalSeconds:0} s; it goes on in the cluster");
        }
    }

    /// <summary>The leader has gone, mostly: the next one has the events after the last that was read.</summary>
    /// <returns>False: it has them no more.</returns>
    /// <exception cref="CliException">Nobody has answered for too long.</exception>
    private async Task<bool> ReopenAsync(CancellationToken cancellation)
    {
        var after = _events.LastId;
        _events.Dispose();
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (!await _patience.TryAsync(async () => _events = await _apps.OpenEventsAsync(Events, cancellation, after)))
            {
                await pace.WaitForNextTickAsync(cancellation);
            }
            return true;
        }
        catch (CliException refusal) when (refusal.ExitCode != ExitCode.Unavailable)
        {
            return false;
        }
    }

    /// <returns>Null: the stream has ended, and the deployment had not.</returns>
    private async Task<(DeploymentEnd End, string? Reason)?> FollowStreamAsync(string deployment, Func<Task> progress,
        CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var events = _events.ReadAsync(over.Token).GetAsyncEnumerator(over.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            return await FollowAsync(deployment, events, () => next, () => next = events.MoveNextAsync().AsTask(),
                () => _patience.TryAsync(progress), cancellation);
        }
        finally
        {
            // A stream that is being read cannot be closed.
            await over.CancelAsync();
            await Task.WhenAny(next);
        }
    }

    private async Task<(DeploymentEnd End, string? Reason)?> FollowAsync(string deployment, IAsyncEnumerator<JObject> events,
        Func<Task<bool>> next, Action read,
        Func<Task> progress, CancellationToken cancellation)
    {
        using var looks = new PeriodicTimer(LookInterval);
        var look = looks.WaitForNextTickAsync(cancellation).AsTask();
        while (true)
        {
            if (await Task.WhenAny(next(), look) == look)
            {
                await look;
                (DeploymentEnd, string?)? halt = null;
                await _patience.TryAsync(async () => halt = await HaltAsync(deployment, cancellation));
                if (halt is not null)
                {
                    await progress();
                    return halt;
                }
                look = looks.WaitForNextTickAsync(cancellation).AsTask();
                continue;
            }
            if (!await next())
            {
                return null;
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

    /// <summary>Null: it goes on.</summary>
    private async Task<(DeploymentEnd End, string? Reason)?> HaltAsync(string deployment, CancellationToken cancellation)
    {
        var answer = await _apps.GetAsync($"/offerbook/v1/deployments/{deployment}", cancellation);
        if (answer.IsSuccess && (string?)answer.Body?["state"] is "succeeded" or "failed")
        {
            // It ended while there was no stream to tell it.
            return (string?)answer.Body?["state"] == "succeeded"
                ? (DeploymentEnd.Succeeded, null) : (DeploymentEnd.Failed, (string?)answer.Body?["reason"]);
        }
        if (!answer.IsSuccess || (string?)answer.Body?["state"] is not ("paused" or "held") || answer.Body["waiting"] is not { } waiting)
        {
            return null;
        }
        var state = (string?)answer.Body["state"];
        var reason = waiting.SelectMany(app => app["reasons"] ?? new JArray())
            .FirstOrDefault(reason => (string?)reason["reason"] == state)?["message"];
        return (state == "held" ? DeploymentEnd.Held : DeploymentEnd.Paused,
            $"{(reason is null ? "it stands still" : reason)}; 'offerbook rollout promote {deployment}' lets it go on, "
            + $"'offerbook rollout abort {deployment}' takes it back");
    }

    private async Task<bool> IsRunningAsync(string deployment, CancellationToken cancellation)
    {
        var running = await _apps.RequireAsync(HttpMethod.Get, "/v2/deployments", null, cancellation);
        return running is JArray list && list.Any(plan => (string?)plan["id"] == deployment);
    }
}
