using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Workload;

/// <summary>Submits jobs of a few short runs.</summary>
internal sealed class JobClient(string name, int seed, ClientSetting setting) : ChaosClient(name, seed, setting)
{
    private int _made;

    protected override Task StepAsync()
    {
        var (id, runs) = ($"{Name}-{++_made}", Random.Next(1, 5));
        return Api.CallAsync(Setting.Cluster.Batches, HttpMethod.Post, "/v1/jobs", Documents.Job(id, runs),
            new Write.Submit(Documents.SpecOfJob(id), runs));
    }
}
