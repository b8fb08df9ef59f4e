using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Tests.Rig;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Apps.Tests.Journal;

/// <summary>The format level of Apps' journal: raised once, kept in events and snapshots, and a bar to older programs.</summary>
public sealed class FormatLevelTests
{
    private static readonly AppsSettings Older = Settings(new FormatSupport(1, "0.8.0"));
    private static readonly AppsSettings Newer = Settings(new FormatSupport(2, "0.9.0"));

    [Test]
    public void OlderApps_OnAJournalThatANewerOneWrote_GoesOnUntilItIsRaised()
    {
        var newer = new AppsRig(Newer);
        newer.Create("""{"id":"/a","cmd":"sleep 1"}""");
        var older = On(Older, newer);
        Assert.That(older.State.Root.Specs.Select(app => app.Id.ToString()), Is.EqualTo(new[] { "/a" }));

        var raised = newer.Call(new ApiCall.RaiseFormat(2));
        Assert.That((raised.Status, (int)raised.Body!["level"]!, newer.View.Format.Level), Is.EqualTo((200, 2, 2)));
        newer.Create("""{"id":"/b","cmd":"sleep 1"}""");

        var before = newer.Journal.Count;
        Assert.That(() => On(Older, newer),
            Throws.TypeOf<JournalTooNewException>().With.Message.Contains("The journal of Apps is at format level 2"));
        Assert.That(newer.Journal, Has.Count.EqualTo(before), "nothing was written");
        Assert.That(On(Newer, newer).State.Root.Specs.Count(), Is.EqualTo(2));
        Assert.That(AppsCore.Fold(Newer, new Recovery(null, newer.Journal.ToArray(), newer.Journal.Count)),
            Is.EqualTo(newer.Core.CaptureState()));
    }

    [Test]
    public void OlderApps_OnASnapshotOfAHigherLevel_IsStoppedToo()
    {
        var rig = new AppsRig(Newer with { EventsPerSnapshot = 1 });
        rig.Call(new ApiCall.RaiseFormat(2));
        rig.Create("""{"id":"/a","cmd":"sleep 1"}""");
        var recovery = new Recovery(rig.Snapshot, rig.Journal.Skip((int)rig.Snapshot!.Sequence).ToArray(), rig.Journal.Count);
        Assert.That(recovery.Events.Any(LogFormat.IsOwn), Is.False, "only the snapshot says it");

        Assert.That(() => AppsCore.Fold(Older, recovery), Throws.TypeOf<JournalTooNewException>());
        Assert.That(AppsCore.Fold(Newer, recovery), Is.EqualTo(rig.Core.CaptureState()));
    }

    [TestCase(3, "Upgrade it before")]
    [TestCase(0, "never lowered")]
    public void Raise_ToWhereItCannotGo_IsRefused(int level, string why)
    {
        var reply = new AppsRig(Newer).Call(new ApiCall.RaiseFormat(level));
        Assert.That((reply.Status, (string)reply.Body!["message"]!), Is.EqualTo((409, (string)reply.Body["message"]!)));
        Assert.That((string)reply.Body["message"]!, Does.Contain(why));
    }

    private static AppsRig On(AppsSettings settings, AppsRig of)
    {
        var rig = new AppsRig(settings, boot: false);
        rig.Journal.AddRange(of.Journal);
        rig.Boot();
        return rig;
    }

    private static AppsSettings Settings(FormatSupport format) =>
        AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, Format = format };
}
