using Offerbook.Batch.Core;
using Offerbook.Batch.Tests.World;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Batch.Tests.Core;

/// <summary>The format level of Batch's journal: raised once, kept in events and snapshots, and a bar to older programs.</summary>
internal sealed class FormatLevelTests
{
    private static readonly BatchSettings Older = BatchSettings.Default with { Format = new FormatSupport(1, "0.8.0") };
    private static readonly BatchSettings Newer = BatchSettings.Default with { Format = new FormatSupport(2, "0.9.0") };

    [Test]
    public void OlderBatch_OnAJournalThatANewerOneWrote_GoesOnUntilItIsRaised()
    {
        var newer = new BatchWorld(Newer);
        newer.Submit("a");
        Assert.That(Recover(Older, newer).State.Find("a"), Is.Not.Null);

        var raised = newer.Call(new ApiCall.AskFormat(2));
        Assert.That((raised.Status, (int)raised.Body["level"]!), Is.EqualTo((200, 2)));
        newer.Submit("b");

        Assert.That(() => Recover(Older, newer),
            Throws.TypeOf<JournalTooNewException>().With.Message.Contains("The journal of Batch is at format level 2"));
        newer.Restart();
        Assert.That((int)newer.Call(new ApiCall.AskFormat(null)).Body["level"]!, Is.EqualTo(2));
        Assert.That(newer.Core.State.Find("b"), Is.Not.Null);
    }

    [Test]
    public void OlderBatch_OnASnapshotOfAHigherLevel_IsStoppedToo()
    {
        var world = new BatchWorld(Newer with { EventsPerSnapshot = 1 });
        world.Call(new ApiCall.AskFormat(2));
        world.Submit("a");
        var recovery = new Recovery(world.Snapshot, [], world.Journal.Count);

        Assert.That(() => new BatchCore(Older, new(1)).Recover(recovery, world.Now, new()), Throws.TypeOf<JournalTooNewException>());
        var core = new BatchCore(Newer, new(1));
        core.Recover(recovery, world.Now, new());
        Assert.That(core.State.Find("a"), Is.Not.Null);
    }

    private static BatchCore Recover(BatchSettings settings, BatchWorld of)
    {
        var (core, effects) = (new BatchCore(settings, new(1)), new Actors.Effects());
        core.Recover(new Recovery(null, of.Journal.ToArray(), of.Journal.Count), of.Now, effects);
        return core;
    }
}
