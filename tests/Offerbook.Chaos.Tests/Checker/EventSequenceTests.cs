using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class EventSequenceTests
{
    [Test]
    public void Events_OneAfterTheOther_AreNoViolation() => Assert.That(Find(Read("r", 1, 2, 3), Read("s", 1, 2)), Is.Empty);

    [Test]
    public void Event_LeftOut_IsAViolation() => Assert.That(Find(Read("r", 1, 2, 4)), Has.One.Contains("r got event 4 (t) after 2"));

    [Test]
    public void Event_ToldTwice_IsAViolation() => Assert.That(Find(Read("r", 1, 2, 2)), Has.One.Contains("got event 2 (t) after 2"));

    /// <summary>Two leaders have given the same id to different events.</summary>
    [Test]
    public void EventId_GivenTwice_IsAViolation() =>
        Assert.That(Find(Read("r", 1, 2), [new StreamEvent("s", 2, "t", "other", At(1))]),
            Has.One.Contains("event 2 was told differently"));

    [Test]
    public void Reader_WhoCannotGoOn_IsAViolation()
    {
        var history = new RunHistory { Gaps = [new StreamGap("r", 7, At(1), "gone")] };
        Assert.That(Violations<EventSequence>(history), Has.One.Contains("r could not go on after 7: gone"));
    }

    private static StreamEvent[] Read(string reader, params long[] ids) =>
        [.. ids.Select(id => new StreamEvent(reader, id, "t", $"{id}", At(id)))];

    private static IReadOnlyList<string> Find(params StreamEvent[][] events) =>
        Violations<EventSequence>(new RunHistory { Events = [.. events.SelectMany(some => some)] });
}
