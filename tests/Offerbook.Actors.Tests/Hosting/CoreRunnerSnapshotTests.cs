using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Time;

namespace Offerbook.Actors.Tests.Hosting;

[TestFixture]
internal sealed class CoreRunnerSnapshotTests : CoreRunnerFixture
{
    [Test]
    public async Task Recover_ReplaysWhatWasPersisted_AndItsEffectsLeave()
    {
        Post(e => e.Add(ScriptedCore.Persist("a")), e => { e.Add(ScriptedCore.Persist("b")); e.Add(new Said("done")); });
        Journal.Permits.Release(2);
        Assert.That(await Listener.NextAsync(), Is.EqualTo("done"));
        await Runner.DisposeAsync();

        await Start(Journal, e => e.Add(new Said("recovered")));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("recovered"));
        Assert.That(Core.Replayed, Is.EqualTo(new[] { "a", "b" }));
        Post(e => { e.Add(ScriptedCore.Persist("c")); e.Add(new Said("goes on")); });
        Journal.Permits.Release();
        Assert.That(await Listener.NextAsync(), Is.EqualTo("goes on"));
    }

    [Test]
    public async Task Snapshot_IsSavedAfterTheEventsThatItHolds()
    {
        var state = new JournalRecord("S/1", new byte[1]);
        Post(e =>
        {
            e.Add(ScriptedCore.Persist("1"));
            e.Add(new SaveSnapshot(state));
            e.Add(ScriptedCore.Persist("2"));
            e.Add(new Said("2 is safe"));
        });
        Journal.Permits.Release(2);
        Assert.That(await Listener.NextAsync(), Is.EqualTo("2 is safe"));
        await Runner.DisposeAsync();
        Assert.That(Journal.Snapshots, Is.EqualTo(new long[] { 1 }));
        Assert.That((await Journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(2));
    }

    [Test]
    public async Task Snapshot_ThatIsMadeBesideTheLoop_LetsTurnsGoOn_AndIsSavedAfterTheEventsThatItHolds()
    {
        using var mayPack = new SemaphoreSlim(0);
        Post(e =>
            {
                e.Add(ScriptedCore.Persist("1"));
                e.Add(new SaveSnapshotOf(() =>
                {
                    mayPack.Wait(TimeSpan.FromSeconds(20));
                    return new JournalRecord("S/1", new byte[1]);
                }));
            },
            e =>
            {
                e.Add(ScriptedCore.Persist("2"));
                e.Add(new Said("2 is safe"));
            });
        Journal.Permits.Release(2);
        Assert.That(await Listener.NextAsync(), Is.EqualTo("2 is safe"));
        Assert.That(Journal.Snapshots, Is.Empty);
        mayPack.Release();
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (Journal.Snapshots.Count == 0 && DateTime.UtcNow < deadline)
        {
            await Turned();
        }
        Assert.That(Journal.Snapshots, Is.EqualTo(new long[] { 1 }));
    }

    [Test]
    public async Task Snapshot_ThatTakesTheDiskLong_DelaysNoAnswer_AndTheNewestOfThoseWaitingIsSavedNext()
    {
        Journal.SavePermits = new SemaphoreSlim(0);
        foreach (var number in new[] { "1", "2", "3" })
        {
            Post(e =>
            {
                e.Add(ScriptedCore.Persist(number));
                e.Add(new SaveSnapshot(new JournalRecord("S/1", new byte[1])));
                e.Add(new Said(number));
            });
            Journal.Permits.Release();
            Assert.That(await Listener.NextAsync(), Is.EqualTo(number));
        }
        Assert.That(Journal.Snapshots, Is.Empty);
        Journal.SavePermits.Release(2);
        await Runner.DisposeAsync();
        Assert.That(Journal.Snapshots, Is.EqualTo(new long[] { 1, 3 }));
    }

    [Test]
    public void Snapshot_ThatCannotBeSaved_EndsTheRunner()
    {
        Journal.SaveFailure = new JournalFencedException("another leader");
        Post(e => e.Add(new SaveSnapshot(new JournalRecord("S/1", new byte[1]))));
        Assert.That(async () => await Runner.Completion.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<JournalFencedException>());
    }
}
