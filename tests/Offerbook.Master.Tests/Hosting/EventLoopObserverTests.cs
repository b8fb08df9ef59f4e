using Microsoft.Extensions.Logging;
using Mesos.V1.Scheduler;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Hosting;

public sealed class EventLoopObserverTests
{
    private static readonly MasterSettings Settings = MasterSettings.Default with { SlowTurn = TimeSpan.FromMilliseconds(5) };

    private readonly ClockAt _clock = new();
    private readonly List<string> _lines = [];

    [Test]
    public void Turns_AreCountedByMessageAndBucket()
    {
        var loop = new EventLoopObserver(Settings, _clock, null);

        loop.TurnEnded(new MasterMessage.FiltersExpired(), default, TimeSpan.FromMicroseconds(10));
        loop.TurnEnded(new MasterMessage.FiltersExpired(), default, TimeSpan.FromMicroseconds(11));
        loop.TurnEnded(new MasterMessage.FiltersExpired(), default, TimeSpan.FromSeconds(2));

        Assert.That(loop.Turns.Single(turns => turns.Message == "filters_expired").Turns.Longest, Is.EqualTo(TimeSpan.FromSeconds(2)));
        var histogram = loop.Turns.Single(turns => turns.Message == "filters_expired").Turns.ToHistogram();
        Assert.That(histogram.Buckets, Is.EqualTo(new long[] { 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1 }));
        Assert.That(histogram.SumSeconds, Is.EqualTo(2.000021).Within(1e-9));
    }

    [Test]
    public void Turns_OfEveryMessage_HaveAPlace()
    {
        var messages = typeof(MasterMessage).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(MasterMessage)));

        Assert.That(new EventLoopObserver(Settings, _clock, null).Turns.Count(), Is.EqualTo(messages.Count()));
    }

    [Test]
    public void AllocationRun_IsTimedWithItsWait()
    {
        var loop = new EventLoopObserver(Settings, _clock, null);

        loop.TurnEnded(new MasterMessage.AllocationBatched(), TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(1.5));

        Assert.That(loop.AllocationRuns.Summarize(loop.Now).Last, Is.EqualTo(1.5));
        Assert.That(loop.AllocationLatency.Summarize(loop.Now).Last, Is.EqualTo(Settings.AllocationBatchInterval.TotalMilliseconds + 3));
    }

    [Test]
    public void SlowTurns_AreCountedByCallAndLoggedSeldom()
    {
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new Lines(_lines)));
        var loop = new EventLoopObserver(Settings, _clock, logging.CreateLogger("test"));
        var accept = new MasterMessage.SchedulerCallReceived(new ConnectionId(1), new Call { Type = Call.Types.Type.Accept }, null, null);

        loop.TurnEnded(accept, default, TimeSpan.FromMilliseconds(5));
        loop.TurnEnded(accept, default, TimeSpan.FromMilliseconds(7));
        loop.TurnEnded(accept, default, TimeSpan.FromMilliseconds(8));
        loop.TurnEnded(new MasterMessage.FiltersExpired(), default, TimeSpan.FromMilliseconds(9));
        _clock.Advance(TimeSpan.FromSeconds(10));
        loop.TurnEnded(accept, default, TimeSpan.FromMilliseconds(6));

        Assert.That(loop.SlowTurns, Is.EqualTo(new[]
        {
            KeyValuePair.Create("filters_expired", 1L), KeyValuePair.Create("scheduler_call_received/ACCEPT", 3L),
        }));
        Assert.That(_lines, Is.EqualTo(new[]
        {
            "The turn for scheduler_call_received/ACCEPT held the master for 7.0 ms; 0 other slow turns since the last such line",
            "The turn for scheduler_call_received/ACCEPT held the master for 6.0 ms; 2 other slow turns since the last such line",
        }));
    }

    private sealed class ClockAt : TimeProvider
    {
        private long _timestamp;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _timestamp;

        public void Advance(TimeSpan by) => _timestamp += by.Ticks;
    }

    private sealed class Lines(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
