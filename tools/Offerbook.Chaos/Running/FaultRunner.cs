using Offerbook.Chaos.Faults;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Running;

/// <summary>Makes one fault after the other, and heals each before the next.</summary>
internal sealed class FaultRunner(FaultSetting setting, Recorder recorder, TextWriter output)
{
    /// <summary>After that agents are not waited for any more, and what becomes of their tasks is no longer explained by the
    /// fault.</summary>
    private static readonly TimeSpan ReturnPatience = TimeSpan.FromSeconds(20);

    private ChaosCluster Cluster => setting.Cluster;

    /// <summary>Rounds of all faults in a drawn order, until the time is over.</summary>
    /// <param name="length">Null: a single round.</param>
    public async Task RunAsync(IReadOnlyList<Fault> faults, TimeSpan? length, TimeSpan calm, CancellationToken stop)
    {
        var end = length is { } given ? Cluster.Clock.Now + given : TimeSpan.MaxValue;
        var suited = faults.Where(fault => fault.Suits(Cluster)).ToArray();
        await RestAsync(calm, stop);
        while (suited.Length > 0 && Cluster.Clock.Now < end)
        {
            setting.Random.Shuffle(suited);
            foreach (var fault in suited.TakeWhile(_ => Cluster.Clock.Now < end))
            {
                await MakeAsync(fault, stop);
                await RestAsync(calm, stop);
            }
            end = length is null ? TimeSpan.Zero : end;
        }
        if (suited.Length == 0 && length is { } quiet)
        {
            await Task.Delay(quiet, stop);
        }
    }

    private async Task MakeAsync(Fault fault, CancellationToken stop)
    {
        var from = Cluster.Clock.Now;
        var made = await fault.MakeAsync(setting);
        await output.WriteLineAsync($"{from.TotalSeconds,7:0.0} s  {fault.Name}: {made.What}");
        IReadOnlyList<string> findings = [];
        try
        {
            await Task.Delay(fault.Hold, stop);
            findings = await made.JudgeAsync();
        }
        finally
        {
            await made.HealAsync();
            if (made.LostHosts.Count > 0 && !stop.IsCancellationRequested)
            {
                // On a busy box it takes an agent a while to start, or to connect again; until then it is as far away as before.
                await Polling.HoldsAsync(async () => await setting.Leaders.ActiveAgentsAsync() == Cluster.Agents.Count, ReturnPatience);
            }
            recorder.Add(new FaultRecord(fault.Name, fault.Rows, made.What, from, Cluster.Clock.Now, made.LostHosts, made.EndsTasks)
            {
                EndedProcesses = made.EndedProcesses, Findings = findings,
            });
        }
    }

    private Task RestAsync(TimeSpan calm, CancellationToken stop) => Task.Delay(calm * (1 + (setting.Random.NextDouble() / 2)), stop);
}
