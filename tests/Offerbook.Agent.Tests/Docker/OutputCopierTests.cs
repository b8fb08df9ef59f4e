using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Hosting.Docker;
using Offerbook.Agent.Hosting.Docker.Output;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>An engine that does not give up a container's output is asked again, never without a wait and not for ever.</summary>
public sealed class OutputCopierTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // No end comes by time: what ends a test is what it tests.
    private static readonly EngineTimings Timings = new() { LastOutput = Timeout.InfiniteTimeSpan };

    private string _directory = "";
    private FaultySocket _socket = null!;
    private EngineClient _engine = null!;

    [SetUp]
    public void Open()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-copier-").FullName;
        // Nothing is behind it: it answers by itself.
        _socket = new FaultySocket("/nowhere");
        _socket.Misbehave(".", Fault.Status500);
        _engine = new EngineClient(_socket.Path, Timings);
    }

    [TearDown]
    public async Task Close()
    {
        _engine.Dispose();
        await _socket.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase(Fault.Status500)]
    [TestCase(Fault.CutBefore)]
    public async Task AfterTheEnd_EachReadThatBreaks_IsFollowedByAWait(object fault)
    {
        _socket.Misbehave("/logs", (Fault)fault);
        var waits = Channel.CreateUnbounded<(TimeSpan Length, TaskCompletionSource Over)>();
        using var copier = Copier((length, cancellation) =>
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waits.Writer.TryWrite((length, over));
            return over.Task.WaitAsync(cancellation);
        });
        await NextAsync(waits);
        var finished = copier.FinishAsync();
        var first = await NextAsync(waits);
        var read = Reads();

        // Whatever it does while it should wait is done by then, because it needs nothing but the socket for it.
        for (var i = 0; i < 20; i++)
        {
            await _engine.AskAsync(HttpMethod.Get, "/other", CancellationToken.None);
        }
        Assert.That(Reads(), Is.EqualTo(read), "no read before the wait is over");

        first.Over.SetResult();
        Assert.That((await NextAsync(waits)).Length, Is.EqualTo(first.Length * 2));
        Assert.That(Reads(), Is.GreaterThan(read));
        Assert.That(finished.IsCompleted, Is.False);
    }

    [Test]
    public async Task AfterTheEnd_ItGivesUpInTheEnd()
    {
        var waits = 0;
        var ended = new TaskCompletionSource();
        using var copier = Copier((_, cancellation) =>
        {
            Interlocked.Increment(ref waits);
            return ended.Task.IsCompleted ? Task.CompletedTask : ended.Task.WaitAsync(cancellation);
        });
        await DockerYard.UntilAsync(() => Volatile.Read(ref waits) == 1, "its first wait");
        var finished = copier.FinishAsync();
        ended.SetResult();

        await finished.WaitAsync(Patience);

        Assert.That(Reads(), Is.EqualTo(1 + OutputCopier.MaxLastReads));
        Assert.That(waits, Is.EqualTo(OutputCopier.MaxLastReads));
    }

    [Test]
    public async Task TheFirstRead_LetsOthersGoFirst()
    {
        var (turn, waiting) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var copier = Copier((_, cancellation) =>
        {
            waiting.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        }, turn.Task);
        await waiting.Task.WaitAsync(Patience);
        Assert.That(Reads(), Is.Zero);

        turn.SetResult();

        await DockerYard.UntilAsync(() => Reads() == 1, "the first read");
    }

    [Test]
    public async Task TheFirstRead_OfAContainerThatHasEnded_WaitsForNobody()
    {
        var waits = 0;
        using var copier = Copier((_, cancellation) =>
            Interlocked.Increment(ref waits) == 1
                ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask, new TaskCompletionSource().Task);

        await copier.FinishAsync().WaitAsync(Patience);

        Assert.That(Reads(), Is.EqualTo(OutputCopier.MaxLastReads));
    }

    private OutputCopier Copier(Func<TimeSpan, CancellationToken, Task> delay, Task? turn = null) => new(_engine, "c1", hasTerminal: false,
        () => new OutputWriter(new OutputPlace(Path.Combine(_directory, "place")), _directory, 0, 0), Timings, NullLogger.Instance, turn,
        delay);

    private int Reads() => _socket.Requests.Count(request => request.Contains("/c1/logs", StringComparison.Ordinal));

    private static async Task<(TimeSpan Length, TaskCompletionSource Over)> NextAsync(
        Channel<(TimeSpan Length, TaskCompletionSource Over)> waits) =>
        await waits.Reader.ReadAsync().AsTask().WaitAsync(Patience);
}
