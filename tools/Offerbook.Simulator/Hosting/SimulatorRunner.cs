namespace Offerbook.Simulator.Hosting;

/// <summary>
/// Runs many seeds on a few threads. Each run is single-threaded and shares nothing with the others, so their order and number do
/// not matter to what they find.
/// </summary>
public static class SimulatorRunner
{
    /// <param name="twice">Run each seed a second time; a different hash is reported as a violation.</param>
    /// <param name="report">Called with each report in the order of completion, never by two threads at once.</param>
    public static async Task RunAsync(
        IReadOnlyList<ulong> seeds, SimulationOptions options, bool twice, int threads, Action<SimulationReport> report,
        CancellationToken cancellation)
    {
        var next = -1;
        var gate = new Lock();
        var workers = Enumerable.Range(0, threads).Select(_ => Task.Run(Work, cancellation)).ToArray();
        await Task.WhenAll(workers);

        void Work()
        {
            while (!cancellation.IsCancellationRequested)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= seeds.Count)
                {
                    return;
                }
                var result = RunOne(seeds[index], options, twice);
                lock (gate)
                {
                    report(result);
                }
            }
        }
    }

    public static SimulationReport RunOne(ulong seed, SimulationOptions options, bool twice)
    {
        var first = Simulation.Run(seed, options);
        if (!twice || !first.Passed)
        {
            return first;
        }
        var second = Simulation.Run(seed, options with { Watch = null });
        return second.Hash == first.Hash
            ? first
            : first with
            {
                Violation = $"the run is not deterministic: hash {first.Hash:x16} with {first.Counts.Events} events, "
                    + $"then {second.Hash:x16} with {second.Counts.Events}",
            };
    }
}
