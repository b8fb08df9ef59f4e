using Offerbook.Apps.Core;
using Offerbook.Apps.Events;

namespace Offerbook.Apps.Tests.Events;

public sealed class EventWindowTests
{
    [Test]
    public void Window_WithMoreThanItMayHold_KeepsTheNewest()
    {
        var window = Filled(10, maxEvents: 4);
        Assert.Multiple(() =>
        {
            Assert.That(window.All.Select(kept => kept.Id), Is.EqualTo(new[] { 7, 8, 9, 10 }));
            Assert.That(window.After(8).Select(kept => kept.Id), Is.EqualTo(new[] { 9, 10 }));
            Assert.That(Enumerable.Range(0, 13).Where(id => window.Reaches(id, 10)), Is.EqualTo(new[] { 6, 7, 8, 9, 10 }));
        });
    }

    [Test]
    public void Window_OfVeryLongEvents_KeepsFewerButAlwaysOne()
    {
        var window = EventWindow.Empty;
        for (var id = 1; id <= 3; id++)
        {
            window = window.With(new PublishEvent(id, "t", new string('x', EventWindow.MaxCharacters / 2)), 100);
        }
        Assert.That(window.All.Select(kept => kept.Id), Is.EqualTo(new[] { 2, 3 }));
        window = window.With(new PublishEvent(4, "t", new string('x', EventWindow.MaxCharacters + 1)), 100);
        Assert.That(window.All.Select(kept => kept.Id), Is.EqualTo(new[] { 4 }));
    }

    [Test]
    public void Window_WithoutEvents_ReachesOnlyTheLast() =>
        Assert.That((EventWindow.Empty.Reaches(0, 0), EventWindow.Empty.Reaches(4, 4), EventWindow.Empty.Reaches(3, 4)),
            Is.EqualTo((true, true, false)));

    private static EventWindow Filled(int events, int maxEvents) => Enumerable.Range(1, events)
        .Aggregate(EventWindow.Empty, (window, id) => window.With(new PublishEvent(id, "t", "{}"), maxEvents));
}
