namespace Offerbook.Chaos.Workload;

/// <summary>Makes the leader of Apps give its leadership up, now and then.</summary>
internal sealed class AbdicationClient(string name, int seed, ClientSetting setting) : ChaosClient(name, seed, setting)
{
    protected override Task StepAsync() => Api.CallAsync(Apps, HttpMethod.Delete, "/v2/leader", null);
}
