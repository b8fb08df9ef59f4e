using Offerbook.Bench.Agents;
using Offerbook.Bench.Allocator;
using Offerbook.Bench.Apps;
using Offerbook.Bench.Checks;
using Offerbook.Bench.Codec;
using Offerbook.Bench.Docker;
using Offerbook.Bench.Failover;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Journal;
using Offerbook.Bench.Local;
using Offerbook.Bench.Memory;
using Offerbook.Bench.Registration;
using Offerbook.Bench.SimulatedAgents;
using Offerbook.Bench.History;
using Offerbook.Bench.State;
using Offerbook.Bench.Streams;
using Offerbook.Bench.Tasks;
using Offerbook.Bench.View;

// The agents of a cluster that is only as large as it must seem; benchmarks start it as a process of its own.
if (args is [FleetProgram.Name, ..])
{
    return BenchCommand.Guard(Console.Error, () => FleetProgram.Run(args[1..]));
}

// Clients that read beside a benchmark, as if they were on other machines.
if (args is [ReadersProgram.Name, ..])
{
    return await ReadersProgram.RunAsync(args[1..]);
}

// A benchmark is a class in a folder of its own. Add it here and it is part of `tools/bench`.
IBenchmark[] benchmarks =
[
    new CodecBenchmark(),
    new AllocatorBenchmark(),
    new RegistrationBenchmark(),
    new MemoryBenchmark(),
    new StateBenchmark(),
    new StreamsBenchmark(),
    new HistoryBenchmark(),
    new TasksBenchmark(),
    new AgentProcessesBenchmark(),
    new DockerBenchmark(),
    new LocalBenchmark(),
    new ViewBenchmark(),
    new ChecksBenchmark(),
    new AppsBenchmark(),
    new JournalBenchmark(),
    new FailoverBenchmark(),
];

return await BenchCommand.RunAsync(benchmarks, args, Console.Out, Console.Error);
