using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>What an app client does, by weight.</summary>
internal sealed record AppHabits(int Create, int Update, int Scale, int Restart, int Destroy)
{
    public static AppHabits Mixed { get; } = new(4, 3, 4, 1, 2);

    public int Total => Create + Update + Scale + Restart + Destroy;
}

/// <summary>Makes apps, updates, scales, restarts and destroys them.</summary>
internal sealed class AppClient(string name, int seed, ClientSetting setting, AppHabits habits, int most = 5,
    bool inDocker = false)
    : ChaosClient(name, seed, setting)
{
    private readonly OwnedSpecs _own = new("/" + name, most, new Random(seed + 2));

    protected override Task StepAsync()
    {
        var drawn = Random.Next(habits.Total);
        if (_own.IsEmpty || (drawn < habits.Create && !_own.IsFull))
        {
            return DefineAsync(HttpMethod.Post, _own.Add());
        }
        var id = _own.Any();
        drawn -= habits.Create;
        if (drawn < habits.Update)
        {
            return DefineAsync(HttpMethod.Put, id);
        }
        if ((drawn -= habits.Update) < habits.Scale)
        {
            var instances = Random.Next(0, 4);
            return Api.CallAsync(Apps, HttpMethod.Put, "/v2/apps" + id, new JObject { ["instances"] = instances },
                new Write.Resize(id, instances));
        }
        if (drawn - habits.Scale < habits.Restart)
        {
            return Api.CallAsync(Apps, HttpMethod.Post, $"/v2/apps{id}/restart", null, new Write.Restart(id));
        }
        return DestroyAsync(id);
    }

    private Task DefineAsync(HttpMethod method, string id)
    {
        var (mark, instances) = (Mark(), Random.Next(1, 4));
        return Api.CallAsync(Apps, method, method == HttpMethod.Post ? "/v2/apps" : "/v2/apps" + id, inDocker
            ? Documents.DockerApp(id, mark, instances) : Documents.App(id, mark, instances),
            new Write.Define(id, mark, instances));
    }

    private async Task DestroyAsync(string id)
    {
        var (call, _) = await Api.CallAsync(Apps, HttpMethod.Delete, "/v2/apps" + id, null, new Write.Remove(id));
        if (call.Outcome == CallOutcome.Acknowledged || call.Status == 404)
        {
            _own.Remove(id);
        }
    }
}
