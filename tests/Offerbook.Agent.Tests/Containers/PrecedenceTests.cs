using FsCheck;
using FsCheck.Fluent;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Testing.Time;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>Ends let launches go first, but not for long, and each is looked at once.</summary>
public sealed class PrecedenceTests
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(6);

    [Test]
    public void AnEnd_WaitsItsTime_ThoughTheLaunchesAreOver()
    {
        var time = new FakeTimeProvider();
        var rings = 0;
        using var precedence = new Precedence(time, () => rings++);
        var (one, other, ended) = (Container("one"), Container("other"), Container("ended"));
        precedence.Begin(one);
        precedence.Begin(other);

        precedence.Postpone(ended.Id);
        precedence.Settle(one);
        precedence.Settle(other);
        Assert.That(precedence.LaunchesAreUnderWay, Is.False);
        Assert.That((rings, precedence.TakeDue().Count), Is.EqualTo((0, 0)));

        time.Advance(LongestWait);
        Assert.That(rings, Is.EqualTo(1));
        Assert.That(precedence.TakeDue(), Is.EqualTo(new[] { ended.Id }));
        Assert.That(precedence.TakeDue(), Is.Empty, "each is given once");
    }

    [Test]
    public void ALaunch_IsSettledOnce_HoweverOftenItIsSaid()
    {
        using var precedence = new Precedence(new FakeTimeProvider(), () => { });
        var (one, other) = (Container("one"), Container("other"));
        precedence.Begin(one);
        precedence.Begin(other);

        precedence.Settle(one);
        precedence.Settle(one);
        precedence.Settle(Container("of an earlier agent"));
        Assert.That(precedence.LaunchesAreUnderWay, Is.True);
        precedence.Settle(other);
        Assert.That(precedence.LaunchesAreUnderWay, Is.False);
    }

    [Test]
    public void AnEnd_DoesNotWaitLonger_ThoughLaunchesGoOn()
    {
        var time = new FakeTimeProvider();
        var rings = 0;
        using var precedence = new Precedence(time, () => rings++);
        var (first, second, third) = (Container("first"), Container("second"), Container("third"));
        precedence.Begin(Container("launch"));
        precedence.Postpone(first.Id);
        time.Advance(LongestWait - TimeSpan.FromMilliseconds(1));
        precedence.Postpone(second.Id);
        Assert.That((rings, precedence.TakeDue().Count), Is.EqualTo((0, 0)));

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(rings, Is.EqualTo(1));
        Assert.That(precedence.TakeDue(), Is.EqualTo(new[] { first.Id, second.Id }), "those that came meanwhile go with it");

        precedence.Postpone(third.Id);
        Assert.That(precedence.TakeDue(), Is.Empty, "a new wait begins");
        time.Advance(LongestWait);
        Assert.That(precedence.TakeDue(), Is.EqualTo(new[] { third.Id }));
    }

    /// <summary>
    /// Whatever happens in whatever order: what was postponed is due in its order, once, and after the longest wait at the latest.
    /// </summary>
    [Test]
    public void WhatIsPostponed_IsDueOnceAndInTime()
    {
        Prop.ForAll(Gen.Choose(0, 29).ListOf().ToArbitrary(), steps =>
        {
            var time = new FakeTimeProvider();
            var underWay = new Dictionary<int, TrackedContainer>();
            var waiting = new List<(ContainerId Id, TimeSpan Since)>();
            var (elapsed, number) = (TimeSpan.Zero, 0);
            using var precedence = new Precedence(time, () => { });

            void Take()
            {
                var due = precedence.TakeDue();
                var mustBeDue = waiting.Exists(end => elapsed - end.Since >= LongestWait);
                Assert.That(due, Is.EqualTo(mustBeDue ? waiting.Select(end => end.Id) : []));
                waiting.RemoveRange(0, due.Count);
            }
            foreach (var step in steps)
            {
                switch (step / 10)
                {
                    case 0:
                        var launched = Container($"{number++}");
                        underWay.Add(number, launched);
                        precedence.Begin(launched);
                        break;
                    case 1 when underWay.Count > 0:
                        var (key, settled) = underWay.First();
                        underWay.Remove(key);
                        precedence.Settle(settled);
                        break;
                    default:
                        var ended = Container($"{number++}").Id;
                        waiting.Add((ended, elapsed));
                        precedence.Postpone(ended);
                        break;
                }
                elapsed += TimeSpan.FromMilliseconds(step % 10);
                time.Advance(TimeSpan.FromMilliseconds(step % 10));
                Take();
            }
        }).QuickCheckThrowOnFailure();
    }

    private static TrackedContainer Container(string id)
    {
        var container = new ContainerId(id);
        var sandbox = new SandboxPath(new AgentId("m1-S0"), new FrameworkId("f1"), new ExecutorId("t1"), container);
        return new TrackedContainer(new ContainerSpec(container, sandbox, new CommandSpec.Shell("true"), null, []));
    }
}
