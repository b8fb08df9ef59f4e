using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>
/// Makes groups of three tiers that depend on each other, updates them whole, and destroys them. An update that meets a running
/// deployment is now and then forced: the new plan has to keep the order too.
/// </summary>
internal sealed class GroupClient(string name, int seed, ClientSetting setting, int most = 2) : ChaosClient(name, seed, setting)
{
    private const double MinimumHealth = 0.5;
    private const int Instances = 2;

    private static readonly string[] Tiers = ["db", "logic", "web"];

    private readonly OwnedSpecs _own = new("/" + name, most, new Random(seed + 2));
    private string? _locked; // The group whose deployment was in the way of the last call.

    protected override async Task StepAsync()
    {
        if (_own.IsEmpty || (!_own.IsFull && Random.Next(3) == 0))
        {
            await DefineAsync(_own.Add(), isNew: true, force: false);
            return;
        }
        var id = _own.Any();
        if (Random.Next(4) > 0)
        {
            await DefineAsync(id, isNew: false, force: _locked == id && Random.Next(3) == 0);
            return;
        }
        var (call, _) = await Api.CallAsync(Apps, HttpMethod.Delete, "/v2/groups" + id, null,
            [.. Tiers.Select(tier => new Write.Remove(SpecOf(id, tier)))]);
        if (call.Outcome == CallOutcome.Acknowledged || call.Status == 404)
        {
            _own.Remove(id);
        }
    }

    /// <summary>Every other group has its tiers in groups of their own, which depend on each other as groups.</summary>
    private static bool IsNested(string id) => (id[^1] - '0') % 2 == 0;

    private static string SpecOf(string id, string tier) => IsNested(id) ? $"{id}/{tier}/app" : $"{id}/{tier}";

    private async Task DefineAsync(string id, bool isNew, bool force)
    {
        var mark = Mark();
        var (apps, groups) = (new JArray(), new JArray());
        for (var i = 0; i < Tiers.Length; i++)
        {
            var spec = SpecOf(id, Tiers[i]);
            string[] below = i == 0 ? [] : [$"{id}/{Tiers[i - 1]}"]; // An app, or a group of one.
            var app = Documents.CheckedApp(spec, mark, Instances, MinimumHealth, IsNested(id) ? [] : below);
            (IsNested(id) ? groups : apps).Add(!IsNested(id) ? app : new JObject
            {
                ["id"] = $"{id}/{Tiers[i]}", ["dependencies"] = new JArray(below), ["apps"] = new JArray(app),
            });
            if (i > 0)
            {
                Setting.Recorder.Add(new Dependency(spec, SpecOf(id, Tiers[i - 1]), Instances, mark));
            }
            if (isNew)
            {
                Setting.Recorder.Add(new Capacity(spec, Instances, MinimumHealth));
            }
        }
        var (call, _) = await Api.CallAsync(Apps, HttpMethod.Put, $"/v2/groups{id}{(force ? "?force=true" : "")}",
            new JObject { ["id"] = id, ["apps"] = apps, ["groups"] = groups },
            [.. Tiers.Select(tier => new Write.Define(SpecOf(id, tier), mark, Instances))]);
        _locked = call.Status == 409 ? id : null;
    }
}
