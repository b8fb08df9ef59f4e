using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>Makes pods, updates and destroys them.</summary>
internal sealed class PodClient(string name, int seed, ClientSetting setting, int most = 3) : ChaosClient(name, seed, setting)
{
    private readonly OwnedSpecs _own = new("/" + name, most, new Random(seed + 2));

    protected override async Task StepAsync()
    {
        var drawn = Random.Next(5);
        if (_own.IsEmpty || (drawn < 2 && !_own.IsFull))
        {
            var made = _own.Add();
            await DefineAsync(HttpMethod.Post, "/v2/pods", made);
            return;
        }
        var id = _own.Any();
        if (drawn < 4)
        {
            await DefineAsync(HttpMethod.Put, "/v2/pods" + id, id);
            return;
        }
        var (call, _) = await Api.CallAsync(Apps, HttpMethod.Delete, "/v2/pods" + id, null, new Write.Remove(id));
        if (call.Outcome == CallOutcome.Acknowledged || call.Status == 404)
        {
            _own.Remove(id);
        }
    }

    private Task DefineAsync(HttpMethod method, string path, string id)
    {
        var (mark, instances) = (Mark(), Random.Next(1, 3));
        return Api.CallAsync(Apps, method, path, Documents.Pod(id, mark, instances), new Write.Define(id, mark, instances));
    }
}
