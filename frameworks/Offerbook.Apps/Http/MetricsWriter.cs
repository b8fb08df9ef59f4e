using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Http;

/// <summary>Metrics under the names that dashboards know, as JSON and as Prometheus text.</summary>
internal sealed class MetricsWriter(CoreGate core, EventHub events, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public JObject WriteJson()
    {
        var (gauges, counters) = (new JObject(), new JObject());
        foreach (var (name, isCounter, value) in Read())
        {
            if (isCounter)
            {
                counters[name] = new JObject { ["count"] = (long)value };
            }
            else
            {
                gauges[name] = new JObject { ["value"] = value };
            }
        }
        return new JObject
        {
            ["version"] = "3.0.0",
            ["counters"] = counters,
            ["gauges"] = gauges,
            ["histograms"] = new JObject(),
            ["meters"] = new JObject(),
            ["timers"] = new JObject(),
        };
    }

    public string WritePrometheus()
    {
        var text = new StringBuilder();
        foreach (var (name, isCounter, value) in Read())
        {
            var plain = name.Replace('.', '_').Replace('-', '_');
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {plain} {(isCounter ? "counter" : "gauge")}\n{plain} {value}\n");
        }
        return text.ToString();
    }

    private IEnumerable<(string Name, bool IsCounter, double Value)> Read()
    {
        var view = core.View;
        var (state, counters) = (view.State, view.Counters);
        yield return ("marathon.apps.active.gauge", false, state.Root.Apps.Count());
        yield return ("marathon.pods.active.gauge", false, state.Root.Pods.Count());
        yield return ("marathon.groups.active.gauge", false, state.Root.Tree.TransitiveGroups.Count());
        yield return ("marathon.deployments.active.gauge", false, state.Deployments.Count);
        yield return ("marathon.instances.running.gauge", false, state.Instances.All.Count(instance => instance.Condition == Condition.Running));
        yield return ("marathon.instances.staged.gauge", false,
            state.Instances.All.Count(instance => instance.Condition is Condition.Provisioned or Condition.Staging or Condition.Starting));
        yield return ("marathon.instances.inflight-kills.gauge", false, state.Instances.All.Count(instance => instance.MustDie));
        yield return ("marathon.uptime.gauge.seconds", false, time.GetElapsedTime(_started).TotalSeconds);
        yield return ("marathon.leadership.duration.gauge.seconds", false, time.GetElapsedTime(_started).TotalSeconds);
        yield return ("marathon.http.event-streams.active.gauge", false, events.Count);
        yield return ("marathon.mesos.offers.incoming.counter", true, counters.OffersReceived);
        yield return ("marathon.mesos.offers.used.counter", true, counters.OffersUsed);
        yield return ("marathon.mesos.offers.declined.counter", true, counters.OffersDeclined);
        yield return ("marathon.tasks.launched.counter", true, counters.TasksLaunched);
        yield return ("marathon.mesos.task-updates.counter", true, counters.StatusUpdates);
        yield return ("marathon.events.published.counter", true, counters.EventsPublished);
    }
}
