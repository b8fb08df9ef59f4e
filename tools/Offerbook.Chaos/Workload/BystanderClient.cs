using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>Makes an app, a checked app and a pod at the start and never touches them again: none of their tasks may end.</summary>
internal sealed class BystanderClient(string name, int seed, ClientSetting setting) : ChaosClient(name, seed, setting)
{
    private int _made;

    protected override Task StepAsync()
    {
        var (id, mark) = ($"/{Name}-{_made + 1}", Mark());
        return _made++ switch
        {
            0 => MakeAsync("/v2/apps", Documents.App(id, mark, 4), new Write.Define(id, mark, 4)),
            1 => MakeAsync("/v2/apps", Documents.CheckedApp(id, mark, 2, 1), new Write.Define(id, mark, 2)),
            2 => MakeAsync("/v2/pods", Documents.Pod(id, mark, 2), new Write.Define(id, mark, 2)),
            3 when Setting.Cluster.Layout.HasEngines =>
                MakeAsync("/v2/apps", Documents.DockerApp(id, mark, 3), new Write.Define(id, mark, 3)),
            _ => Task.CompletedTask,
        };
    }

    private Task MakeAsync(string path, JObject body, Write write) => Api.CallAsync(Apps, HttpMethod.Post, path, body, write);
}
