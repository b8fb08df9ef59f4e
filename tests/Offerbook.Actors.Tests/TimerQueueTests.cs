using FsCheck;
using FsCheck.Fluent;

namespace Offerbook.Actors.Tests;

[TestFixture]
internal sealed class TimerQueueTests
{
    [Test]
    public void Timers_WithTheSameDueTime_RunOutInTheOrderOfTheirStart()
    {
        var queue = new TimerQueue<string>();
        queue.Start("b", TimeSpan.FromSeconds(1), "first");
        queue.Start("a", TimeSpan.FromSeconds(1), "second");
        Assert.That(queue.TryTakeDue(TimeSpan.FromSeconds(1), out var message) ? message : "", Is.EqualTo("first"));
        Assert.That(queue.TryTakeDue(TimeSpan.FromSeconds(1), out message) ? message : "", Is.EqualTo("second"));
        Assert.That(queue.NextDue, Is.Null);
    }

    [Test]
    public void Timer_NotDue_StaysAndIsAnnounced()
    {
        var queue = new TimerQueue<string>();
        queue.Start("a", TimeSpan.FromSeconds(2), "a");
        Assert.That(queue.TryTakeDue(TimeSpan.FromSeconds(1.9), out _), Is.False);
        Assert.That(queue.NextDue, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    /// <summary>Against the obvious implementation: a list searched each time.</summary>
    [Test]
    public void AnyUse_BehavesLikeAPlainList() => Check.QuickThrowOnFailure(Prop.ForAll<(byte Kind, byte Key, byte Time)[]>(steps =>
    {
        var queue = new TimerQueue<string>();
        var model = new List<(byte Key, TimeSpan Due, int Age)>();
        var age = 0;
        foreach (var (kind, key, time) in steps.Concat(steps).Concat(steps))
        {
            var at = TimeSpan.FromSeconds(time % 8);
            switch (kind % 4)
            {
                case 0 or 1:
                    model.RemoveAll(t => t.Key == key);
                    model.Add((key, at, ++age));
                    queue.Start(key, at, age.ToString());
                    break;
                case 2:
                    model.RemoveAll(t => t.Key == key);
                    queue.Cancel(key);
                    break;
                default:
                    var due = model.Where(t => t.Due <= at).OrderBy(t => t.Due).ThenBy(t => t.Age).Take(1).ToList();
                    var taken = queue.TryTakeDue(at, out var message);
                    Assert.That(taken ? message : null, Is.EqualTo(due.Count == 1 ? due[0].Age.ToString() : null));
                    due.ForEach(t => model.Remove(t));
                    break;
            }
            Assert.That(queue.Count, Is.EqualTo(model.Count));
            Assert.That(queue.NextDue, Is.EqualTo(model.Count == 0 ? null : model.Min(t => t.Due)));
        }
    }));

    /// <summary>Ten tombstones to a live timer: the heap is rebuilt many times on the way.</summary>
    [Test]
    public void Timers_RestartedManyTimes_RunOutOnceAndInOrder()
    {
        var queue = new TimerQueue<string>();
        for (var round = 0; round < 10; round++)
        {
            for (var key = 0; key < 1_000; key++)
            {
                queue.Start(key, TimeSpan.FromSeconds(10 * key + round), $"{key}/{round}");
            }
        }
        Assert.That(queue.Count, Is.EqualTo(1_000));
        for (var key = 0; key < 1_000; key++)
        {
            Assert.That(queue.NextDue, Is.EqualTo(TimeSpan.FromSeconds(10 * key + 9)));
            Assert.That(queue.TryTakeDue(TimeSpan.MaxValue, out var message) ? message : null, Is.EqualTo($"{key}/9"));
        }
        Assert.That(queue.TryTakeDue(TimeSpan.MaxValue, out _), Is.False);
    }
}
