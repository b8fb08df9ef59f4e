using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Workload;

/// <summary>What clients need.</summary>
internal sealed record ClientSetting(ChaosCluster Cluster, Recorder Recorder, Documents Documents, TimeSpan Pause);

/// <summary>
/// A client that makes one call after the other until it is told to stop. What it makes is its own: nobody else writes to it, so the
/// order of its calls is the order of their effects.
/// </summary>
internal abstract class ChaosClient(string name, int seed, ClientSetting setting) : IDisposable
{
    private int _marks;

    public string Name => name;

    protected Random Random { get; } = new(seed);

    protected ClientSetting Setting => setting;

    protected Documents Documents => setting.Documents;

    protected IReadOnlyList<Part> Apps => setting.Cluster.Apps;

    protected ApiCaller Api { get; } = new(name, setting.Cluster, setting.Recorder, new Random(seed + 1));

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await StepAsync();
                await Task.Delay(setting.Pause * (0.5 + Random.NextDouble()), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop between two calls.
        }
    }

    public void Dispose() => Api.Dispose();

    /// <summary>One call, or a few that belong together. It is never cut short: what is asked is also heard to its end.</summary>
    protected abstract Task StepAsync();

    /// <summary>A name for a configuration that no other has.</summary>
    protected string Mark() => $"{name}.{++_marks}";
}
