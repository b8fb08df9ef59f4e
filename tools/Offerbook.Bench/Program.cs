using Offerbook.Bench.Allocator;
using Offerbook.Bench.Codec;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Local;
using Offerbook.Bench.Tasks;

// A benchmark is a class in a folder of its own. Add it here and it is part of `tools/bench`.
IBenchmark[] benchmarks =
[
    new CodecBenchmark(),
    new AllocatorBenchmark(),
    new TasksBenchmark(),
    new LocalBenchmark(),
];

return await BenchCommand.RunAsync(benchmarks, args, Console.Out, Console.Error);
