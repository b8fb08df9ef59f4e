using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Faults;

/// <summary>Docker engines that hang, end and come back, and images that nobody has. Tasks outside of the engine must not notice.</summary>
internal static class EngineFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan FailurePatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(40);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("engine-paused", [22], Hold, HasEngines, setting => Task.FromResult(Pause(setting.Any(setting.Cluster.Engines)))),
        new("engine-terminated", [23], TimeSpan.FromSeconds(3), HasEngines, async setting =>
        {
            var engine = Keeping(setting.Cluster);
            await engine.StopAsync(StopPatience);
            return new MadeFault($"SIGTERM to {engine.Name}, whose containers live on", engine.StartAsync);
        }),
        new("engine-killed", [23], TimeSpan.FromSeconds(3), HasEngines, async setting =>
        {
            var engine = Keeping(setting.Cluster);
            await engine.KillAsync();
            return new MadeFault($"kill -9 {engine.Name}, whose containers live on", engine.StartAsync);
        }),
        new("engine-ends-all", [23], TimeSpan.FromSeconds(3), HasEngines, EndAllAsync),
        new("image-missing", [24], TimeSpan.FromSeconds(20), HasEngines, MissAsync),
    ];

    private static bool HasEngines(ChaosCluster cluster) => cluster.Engines.Count > 0;

    /// <summary>The first engine keeps its containers, the others end them.</summary>
    private static Part Keeping(ChaosCluster cluster) => cluster.Engines[0];

    private static MadeFault Pause(Part engine)
    {
        engine.Pause();
        return new MadeFault($"SIGSTOP to {engine.Name}", () =>
        {
            engine.Continue();
            return Task.CompletedTask;
        });
    }

    /// <summary>An engine that is stopped stops its containers, unless it was told not to.</summary>
    private static async Task<MadeFault> EndAllAsync(FaultSetting setting)
    {
        var engine = setting.Cluster.Engines[^1];
        var there = (await Site.ProcessesAsync(engine.Machine.Space)).Select(ProcessLook.Of).OfType<ProcessLook>().ToList();
        var keepers = there.Where(process => process.IsOfEngine).Select(process => process.Id).ToHashSet();
        await engine.StopAsync(StopPatience);
        return new MadeFault($"SIGTERM to {engine.Name}, and its containers end with it", engine.StartAsync)
        {
            EndedProcesses = [.. there.Where(process => process.IsTask && keepers.Contains(process.Parent)).Select(process => process.Id)],
        };
    }

    /// <summary>An app of an image that is not there and that nobody can give: it must fail with a reason, again and again.</summary>
    private static async Task<MadeFault> MissAsync(FaultSetting setting)
    {
        var apps = await setting.AppsAsync();
        var id = $"/missing-{setting.Random.Next():x}";
        using var http = new HttpClient(setting.Cluster.Sockets.Handler());
        var app = setting.Documents.DockerApp(id, "missing", 1);
        app["container"]!["docker"]!["image"] = "10.99.0.250:5000/nobody/has:this";
        using var answer = await http.PostAsync(new Uri(apps.Address, "v2/apps"), Documents.Content(app));
        var made = answer.IsSuccessStatusCode;
        return new MadeFault($"{id} of an image that is not there", async () =>
        {
            using var again = new HttpClient(setting.Cluster.Sockets.Handler());
            using var removed = await again.DeleteAsync(new Uri(apps.Address, $"v2/apps{id}?force=true"));
        })
        {
            JudgeAsync = async () =>
            {
                if (!made)
                {
                    return [$"{id} was refused"];
                }
                JToken? told = null, failure = null;
                var isTold = await Polling.HoldsAsync(async () =>
                {
                    told = await setting.Leaders.ReadAsync(new Uri(apps.Address, "v2/apps" + id));
                    failure = told?["app"]?["lastTaskFailure"];
                    return (string?)failure?["state"] == "TASK_FAILED"
                        && ((string?)failure["message"])?.Contains("has:this", StringComparison.Ordinal) == true;
                }, FailurePatience);
                return isTold ? [] : [$"{id} does not say which image is missing: {failure ?? told ?? new JValue("nothing")}"];
            },
        };
    }
}
