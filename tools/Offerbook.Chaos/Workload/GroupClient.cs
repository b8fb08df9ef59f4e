using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>Makes groups of three tiers that depend on each other, updates them whole, and destroys them.</summary>
internal sealed class GroupClient(string name, int seed, ClientSetting setting, int most = 2) : ChaosClient(name, seed, setting)
{
    private const double MinimumHealth = 0.5;
    private const int Instances = 2;

    private static readonly string[] Tiers = ["db", "logic", "web"];

    private readonly OwnedSpecs _own = new("/" + name, most, new Random(seed + 2));

    protected override async Task StepAsync()
    {
        if (_own.IsEmpty || (!_own.IsFull && Random.Next(3) == 0))
        {
            await DefineAsync(_own.Add(), isNew: true);
            return;
        }
        var id = _own.Any();
        if (Random.Next(3) > 0)
        {
            await DefineAsync(id, isNew: false);
            return;
        }
        var (call, _) = await Api.CallAsync(Apps, HttpMethod.Delete, "/v2/groups" + id, null,
            [.. Tiers.Select(tier => new Write.Remove($"{id}/{tier}"))]);
        if (call.Outcome == CallOutcome.Acknowledged || call.Status == 404)
        {
            _own.Remove(id);
        }
    }

    private Task DefineAsync(string id, bool isNew)
    {
        var mark = Mark();
        var apps = new JArray();
        for (var i = 0; i < Tiers.Length; i++)
        {
            var spec = $"{id}/{Tiers[i]}";
            string[] dependencies = i == 0 ? [] : [$"{id}/{Tiers[i - 1]}"];
            apps.Add(Documents.CheckedApp(spec, mark, Instances, MinimumHealth, dependencies));
            foreach (var on in dependencies)
            {
                Setting.Recorder.Add(new Dependency(spec, on, Instances, mark));
            }
            if (isNew)
            {
                Setting.Recorder.Add(new Capacity(spec, Instances, MinimumHealth));
            }
        }
        return Api.CallAsync(Apps, HttpMethod.Put, "/v2/groups" + id, new JObject { ["id"] = id, ["apps"] = apps },
            [.. Tiers.Select(tier => new Write.Define($"{id}/{tier}", mark, Instances))]);
    }
}
