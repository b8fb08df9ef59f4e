using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Recovery;

/// <summary>What stays of sandboxes that nothing else remembers, over a snapshot too.</summary>
public sealed class RetainedSandboxProperties
{
    [Test]
    public void ASnapshot_KeepsThemAll_AndIsTheSameWhenTakenAgain()
    {
        Prop.ForAll(Ends().ToArbitrary(), ends =>
        {
            var state = Of(ends, max: 1_000);
            var snapshot = AgentSnapshots.Capture(state);

            var restored = Restored(snapshot, max: 1_000);

            Assert.That(restored.RetainedSandboxes.OldestFirst, Is.EqualTo(state.RetainedSandboxes.OldestFirst));
            Assert.That(restored.TakeForgotten(), Is.Empty);
            Assert.That(AgentSnapshots.Capture(restored).ToByteArray(), Is.EqualTo(snapshot.ToByteArray()));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void ABoundThatHasBecomeSmaller_LetsTheOldestGo_AndTellsThem()
    {
        Prop.ForAll(Ends().ToArbitrary(), Gen.Choose(0, 12).ToArbitrary(), (ends, max) =>
        {
            var all = Of(ends, max: 1_000);
            var oldestFirst = all.RetainedSandboxes.OldestFirst.ToList();
            var excess = Math.Max(0, oldestFirst.Count - max);

            var restored = Restored(AgentSnapshots.Capture(all), max);

            Assert.That(restored.RetainedSandboxes.OldestFirst, Is.EqualTo(oldestFirst.Skip(excess)));
            Assert.That(restored.TakeForgotten(), Is.EqualTo(oldestFirst.Take(excess).Select(kept => kept.Sandbox)));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void TheyExpire_ByTheMomentAtWhichTheyEnded_AlikeBeforeAndAfterASnapshot()
    {
        Prop.ForAll(Ends().ToArbitrary(), Gen.Choose(0, 60).ToArbitrary(), (ends, before) =>
        {
            var state = Of(ends, max: 1_000);
            var restored = Restored(AgentSnapshots.Capture(state), max: 1_000);
            var expired = new SandboxesExpired { BeforeNanoseconds = before };
            var oldestFirst = state.RetainedSandboxes.OldestFirst.ToList();

            foreach (var each in (AgentState[])[state, restored])
            {
                Assert.That(each.RetainedSandboxes.HasOlderThan(before), Is.EqualTo(oldestFirst.Exists(kept => kept.Ended < before)));
                each.Apply(expired);
                Assert.That(each.RetainedSandboxes.OldestFirst, Is.EqualTo(oldestFirst.Where(kept => kept.Ended >= before)));
                Assert.That(each.TakeForgotten(), Is.EqualTo(oldestFirst.Where(kept => kept.Ended < before).Select(kept => kept.Sandbox)));
            }
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Several may end in one nanosecond.</summary>
    private static Gen<List<int>> Ends() => Gen.Choose(0, 50).ListOf().Select(ends => ends.ToList());

    private static AgentState Of(List<int> ends, int max)
    {
        var state = new AgentState(Make.Settings() with { MaxRetainedSandboxes = max });
        for (var i = 0; i < ends.Count; i++)
        {
            state.Retain(new SandboxPath(new AgentId("m1-S0"), new FrameworkId($"f{i % 3}"), new ExecutorId($"e{i}"),
                new ContainerId($"c{i}")), ends[i]);
        }
        return state;
    }

    private static AgentState Restored(AgentSnapshot snapshot, int max)
    {
        var state = new AgentState(Make.Settings() with { MaxRetainedSandboxes = max });
        state.Apply(AgentSnapshot.Parser.ParseFrom(snapshot.ToByteArray()));
        return state;
    }
}
