using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Master.Tests.Core;

/// <summary>The format level of the master's journal: raised once, kept in events and snapshots, and a bar to older programs.</summary>
public sealed class FormatLevelTests
{
    private static readonly MasterSettings Older = MasterSettings.Default with { Format = new FormatSupport(1, "0.8.0") };
    private static readonly MasterSettings Newer = MasterSettings.Default with { Format = new FormatSupport(2, "0.9.0") };

    [Test]
    public void Level_IsTheFirst_UntilItIsRaised()
    {
        var master = new MasterHarness(Newer);
        Assert.That((int)Ask(master, null)["level"]!, Is.EqualTo(1));
        Assert.That((int)Ask(master, 2)["level"]!, Is.EqualTo(2));
        master.CheckFold();
        master.Restart();
        Assert.That((int)Ask(master, null)["level"]!, Is.EqualTo(2));
    }

    [Test]
    public void Agents_AreToldTheLevel()
    {
        var master = new MasterHarness(Newer);
        var before = new TestAgent(master);
        before.Subscribe();
        Ask(master, 2);
        var after = new TestAgent(master);
        after.Subscribe();
        Assert.That(
            master.Sent.OfType<MasterEffect.SendToAgent>().Where(sent => sent.Event.Subscribed is not null)
                .Select(sent => sent.Event.Subscribed.FormatLevel),
            Is.EqualTo(new[] { 1u, 2u }));
    }

    [Test]
    public void OlderMaster_OnAJournalThatANewerOneWrote_LeadsUntilItIsRaised()
    {
        var journal = new List<JournalRecord>();
        var newer = Start(Newer, journal);
        Assert.That(() => Start(Older, journal), Throws.Nothing);

        newer.Handle(new MasterMessage.FormatAsked(new(1), 2), default, Effects(out var effects));
        Keep(effects, journal);
        var before = journal.Count;

        Assert.That(() => Start(Older, journal),
            Throws.TypeOf<JournalTooNewException>().With.Message.Contains("The journal of the master is at format level 2"));
        Assert.That(journal, Has.Count.EqualTo(before), "nothing was written");
        Assert.That(() => Start(Newer, journal), Throws.Nothing);
    }

    [Test]
    public void OlderMaster_OnASnapshotOfAHigherLevel_IsStoppedToo()
    {
        var effects = new Effects();
        var core = new MasterCore(Newer with { SnapshotInterval = 1 }, new SeededRandom(1));
        core.Recover(new Recovery(null, [new JournalRecord("FormatRaised/1", "2 0.9.0"u8.ToArray())], 1), default, effects);
        var snapshot = Enumerable.Range(0, effects.Count).Select(i => effects[i]).OfType<SaveSnapshot>().Single().State;

        var recovery = new Recovery(new Snapshot(2, snapshot), [], 2);
        Assert.That(() => MasterCore.Fold(Older, recovery), Throws.TypeOf<JournalTooNewException>());
        Assert.That(MasterCore.Fold(Newer, recovery), Is.EqualTo(core.CaptureState()));
    }

    [TestCase(3, "Upgrade it before")]
    [TestCase(0, "never lowered")]
    public void Raise_ToWhereItCannotGo_IsRefused(int level, string why)
    {
        var master = new MasterHarness(Newer);
        var connection = master.NewConnection();
        master.Handle(new MasterMessage.FormatAsked(connection, level));
        var answer = master.Sent.OfType<MasterEffect.Answer>().Single(answer => answer.Connection == connection);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((409, answer.Text)));
        Assert.That(answer.Text, Does.Contain(why));
    }

    private static JObject Ask(MasterHarness master, int? raiseTo)
    {
        var connection = master.NewConnection();
        master.Handle(new MasterMessage.FormatAsked(connection, raiseTo));
        return JObject.Parse(master.Sent.OfType<MasterEffect.Answer>().Single(answer => answer.Connection == connection).Text);
    }

    private static MasterCore Start(MasterSettings settings, List<JournalRecord> journal)
    {
        var core = new MasterCore(settings, new SeededRandom((ulong)journal.Count + 1));
        core.Recover(new Recovery(null, journal.ToArray(), journal.Count), default, Effects(out var effects));
        Keep(effects, journal);
        return core;
    }

    private static Effects Effects(out Effects effects) => effects = new Effects();

    private static void Keep(Effects effects, List<JournalRecord> journal) =>
        journal.AddRange(Enumerable.Range(0, effects.Count).Select(i => effects[i]).OfType<Persist>().Select(persist => persist.Event));
}
