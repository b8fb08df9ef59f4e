using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Instances;
using Offerbook.Coordination.Hosting;

namespace Offerbook.Apps.Http.Measuring;

/// <summary>Gathers what there is to measure, under the names that dashboards know. One walk over the instances for all of them.</summary>
internal sealed class MetricsReader(CoreGate core, EventHub events, HttpMeter http, CoreMeter asked, AppsSettings settings,
    TimeProvider time, Abdication? abdication)
{
    private readonly long _started = time.GetTimestamp();

    public HttpMeter Http => http;

    /// <summary>
    /// By the names of what they time, that of the unit left out. Nothing is collected here: snapshots replace what is old.
    /// </summary>
    public IReadOnlyDictionary<string, RequestTimes> Times { get; } = Timers(http, asked, time);

    public IEnumerable<Metric> Read()
    {
        var view = core.View;
        var (state, counters) = (view.State, view.Counters);
        var (running, staged, overdue, killing) = Count(view);
        var uptime = time.GetElapsedTime(_started).TotalSeconds;
        return
        [
            Gauge("apps.active.gauge", state.Root.Apps.Count()),
            Gauge("pods.active.gauge", state.Root.Pods.Count()),
            Gauge("groups.active.gauge", state.Root.Tree.TransitiveGroups.Count()),
            Gauge("deployments.active.gauge", state.Deployments.Count),
            Gauge("instances.running.gauge", running),
            Gauge("instances.staged.gauge", staged),
            Gauge("instances.launch-overdue.gauge", overdue),
            Gauge("instances.inflight-kills.gauge", killing),
            Gauge("instances.inflight-kill-attempts.gauge", killing),
            Gauge("uptime.gauge.seconds", uptime),
            Gauge("leadership.duration.gauge.seconds", abdication?.Leads.TotalSeconds ?? uptime),
            Gauge("http.event-streams.active.gauge", events.Count),
            Gauge("http.requests.active.gauge", http.Active),
            Gauge("debug.offer-matcher.queue.size.gauge", view.Queue.Count),
            Counter("deployments.counter", counters.DeploymentsStarted),
            Counter("deployments.dismissed.counter", counters.DeploymentsDismissed),
            Counter("mesos.calls.revive.counter", asked.Revives),
            Counter("mesos.calls.suppress.counter", asked.Suppresses),
            Counter("mesos.offers.incoming.counter", counters.OffersReceived),
            Counter("mesos.offers.used.counter", counters.OffersUsed),
            Counter("mesos.offers.declined.counter", counters.OffersDeclined),
            Counter("tasks.launched.counter", counters.TasksLaunched),
            Counter("mesos.offer-operations.launch.counter", counters.TasksLaunched),
            Counter("mesos.offer-operations.launch-group.counter", asked.LaunchGroups),
            Counter("mesos.offer-operations.reserve.counter", asked.Reserves),
            Counter("mesos.task-updates.counter", counters.StatusUpdates),
            .. counters.UpdatesByState.Select(pair =>
                Counter($"mesos.task-updates.{pair.Key.ToLowerInvariant().Replace('_', '-')}.counter", pair.Value)),
            Counter("events.published.counter", counters.EventsPublished),
            Counter("http.requests.size.counter.bytes", http.RequestBytes),
            Counter("http.responses.size.counter.bytes", http.ResponseBytes),
            Counter("http.responses.size.gzipped.counter.bytes", http.GzippedBytes),
            Counter("http.responses.event-stream.size.counter.bytes", http.StreamBytes),
            Counter("http.event-streams.responses.size.counter.bytes", http.StreamBytes),
            Counter("http.requests.size.gzipped.counter.bytes", 0),
            Counter("persistence.gc.runs.counter", 0),
            Counter("persistence.events.counter", asked.Events),
            .. asked.Store?.Invoke() is { } store ? ReadStore(store) : [],
            .. ProcessMetrics.Read(),
        ];
    }

    private static IEnumerable<Metric> ReadStore(StoreReading store)
    {
        if (store.Commit is { } commit)
        {
            yield return Gauge("persistence.store-path.gauge.seconds", commit.TotalSeconds);
        }
        yield return Gauge("persistence.store-slow.gauge", store.IsSlow ? 1 : 0);
        yield return Counter("leadership.store-hand-overs.counter", store.HandOvers);
    }

    private static Dictionary<string, RequestTimes> Timers(HttpMeter http, CoreMeter asked, TimeProvider time)
    {
        var timers = http.Times.ToDictionary(pair => pair.Key.Length == 0
            ? "http.requests.duration" : $"http.requests.{pair.Key.ToLowerInvariant()}.duration", pair => pair.Value);
        timers["persistence.append.duration"] = asked.Appends;
        timers["persistence.gc.compaction.duration"] = new RequestTimes(time);
        timers["persistence.gc.scan.duration"] = new RequestTimes(time);
        return timers;
    }

    private (int Running, int Staged, int Overdue, int Killing) Count(AppsView view)
    {
        var (running, staged, overdue, killing) = (0, 0, 0, 0);
        var latest = view.At.UnixMilliseconds - (long)settings.LaunchTimeout.TotalMilliseconds;
        foreach (var instance in view.State.Instances.All)
        {
            running += instance.Condition == Condition.Running ? 1 : 0;
            if (instance.Condition is Condition.Provisioned or Condition.Staging or Condition.Starting)
            {
                staged++;
                overdue += instance.Since.UnixMilliseconds < latest ? 1 : 0;
            }
            killing += instance.MustDie ? 1 : 0;
        }
        return (running, staged, overdue, killing);
    }

    private static Metric Gauge(string name, double value) => new("marathon." + name, MetricKind.Gauge, value);

    private static Metric Counter(string name, double value) => new("marathon." + name, MetricKind.Counter, value);
}
