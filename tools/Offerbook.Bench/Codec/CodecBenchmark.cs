using System.Buffers;
using System.Diagnostics;
using Google.Protobuf;
using Offerbook.Bench.Harness;
using Offerbook.Wire;

namespace Offerbook.Bench.Codec;

/// <summary>
/// MB/s of the wire formats, one thread, on an OFFERS event and on a GET_STATE answer. MB are 10^6 bytes of the format measured.
/// </summary>
public sealed class CodecBenchmark : IBenchmark
{
    public string Name => "codec";

    public string Summary => "writing and reading messages as JSON and as protobuf, one thread, median of the passes";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("passes", "7", "measured passes"),
        new("pass-ms", "300", "length of a pass in milliseconds"),
        new("offers", "20", "offers in the OFFERS event"),
        new("agents", "100", "agents in the GET_STATE answer, 10 tasks each"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        Measure(run, "offers", SampleMessages.Offers(run.Int("offers")), cancellation);
        Measure(run, "get_state", SampleMessages.GetState(run.Int("agents"), tasksPerAgent: 10), cancellation);
        return Task.CompletedTask;
    }

    private static void Measure<T>(BenchRun run, string name, T message, CancellationToken cancellation)
        where T : class, IMessage<T>, new()
    {
        foreach (var format in new[] { MessageFormat.Json, MessageFormat.Protobuf })
        {
            var started = Stopwatch.GetTimestamp();
            var bytes = MessageCodec.ToBytes(message, format);
            run.Report($"{name}_{format}_first_write".ToLowerInvariant(), Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms",
                "building the plans and compiling the code included");
            var output = new ArrayBufferWriter<byte>(bytes.Length + 8192);
            Measure(run, $"{name}_{format}_write".ToLowerInvariant(), bytes.Length, cancellation, () =>
            {
                output.ResetWrittenCount();
                MessageCodec.Write(message, format, output);
            });
            Measure(run, $"{name}_{format}_read".ToLowerInvariant(), bytes.Length, cancellation, () =>
            {
                if (MessageCodec.Read<T>(bytes, format).Value is null)
                {
                    throw new InvalidDataException("What was written could not be read.");
                }
            });
        }
    }

    private static void Measure(BenchRun run, string figure, int bytes, CancellationToken cancellation, Action action)
    {
        cancellation.ThrowIfCancellationRequested();
        run.Progress(figure);
        var result = Throughput.Measure(action, run.Int("passes"), TimeSpan.FromMilliseconds(run.Int("pass-ms")));
        run.Report(figure, result.Median * bytes / 1e6, "MB/s",
            $"best {result.Best * bytes / 1e6:N0}; {bytes:N0} B in {1e6 / result.Median:N1} µs, allocates {result.AllocatedBytes:N0} B");
    }
}
