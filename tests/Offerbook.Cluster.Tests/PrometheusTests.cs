using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class PrometheusTests
{
    /// <summary>A monitor written by others (Debian's prometheus) discovers tasks through /v2/apps and reads the metrics of Apps.</summary>
    [Test]
    public async Task Prometheus_WithMarathonDiscovery_FindsTheTasksAndTheirLabels()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.AppsAsync(HttpMethod.Post, "/v2/apps", JObject.Parse("""
            {"id":"/mon/web","cmd":"exec sleep 1000","cpus":0.1,"mem":32,"instances":2,"labels":{"tier":"front"},
             "portDefinitions":[{"port":0,"name":"http","labels":{"metrics":"/metrics"}}]}
            """));
        var directory = Directory.CreateTempSubdirectory("offerbook-prometheus-").FullName;
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(directory, "prometheus.yml"), $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: tasks
              marathon_sd_configs: [{servers: ['{{cluster.AppsUrl}}'], refresh_interval: 1s}]
            - job_name: apps
              metrics_path: /metrics/prometheus
              static_configs: [{targets: ['127.0.0.1:{{cluster.AppsPort}}']}]
            """);
        using var prometheus = Process.Start(new ProcessStartInfo("prometheus",
            [$"--config.file={directory}/prometheus.yml", $"--storage.tsdb.path={directory}/data",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
            var tasks = await EventuallyAsync("both tasks are discovered", async () =>
            {
                var targets = JObject.Parse(await http.GetStringAsync("/api/v1/targets"))["data"]!["activeTargets"]!;
                var found = targets.Where(target => (string)target["scrapePool"]! == "tasks")
                    .Select(target => (JObject)target["discoveredLabels"]!).ToList();
                return found.Count == 2 && found.TrueForAll(labels => ((string?)labels["__meta_marathon_task"])?.Length > 0) ? found : null;
            });
            Assert.Multiple(() =>
            {
                foreach (var labels in tasks)
                {
                    Assert.That((string)labels["__meta_marathon_app"]!, Is.EqualTo("/mon/web"));
                    Assert.That((string)labels["__meta_marathon_app_label_tier"]!, Is.EqualTo("front"));
                    Assert.That((string)labels["__meta_marathon_port_definition_label_metrics"]!, Is.EqualTo("/metrics"));
                    Assert.That((string)labels["__meta_marathon_port_index"]!, Is.EqualTo("0"));
                    Assert.That((string)labels["__address__"]!, Does.Match(@"^[^:]+:20\d\d\d$"));
                }
            });
            var value = await EventuallyAsync("the metrics are read", async () =>
            {
                var result =
                    JObject.Parse(await http.GetStringAsync("/api/v1/query?query=marathon_instances_running_gauge"))["data"]!["result"]!;
                return (string?)result.FirstOrDefault()?["value"]![1] is "2" and var two ? two : null;
            });
            Assert.That(value, Is.EqualTo("2"));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<T> EventuallyAsync<T>(string what, Func<Task<T?>> ask) where T : class
    {
        T? answer = null;
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return (answer = await ask()) is not null;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
                return false;
            }
        }, what, TimeSpan.FromSeconds(60));
        return answer!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
