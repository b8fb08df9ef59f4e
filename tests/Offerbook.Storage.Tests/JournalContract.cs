using FsCheck;
using FsCheck.Fluent;

namespace Offerbook.Storage.Tests;

/// <summary>What every journal keeps to, whatever it is made of.</summary>
internal abstract class JournalContract
{
    private protected IJournal Journal { get; set; } = null!;

    private static CancellationToken None => CancellationToken.None;

    /// <summary>Another holder of the same store, as a second process would be.</summary>
    private protected abstract Task<IJournal> OpenAnotherAsync();

    [Test]
    public async Task Recover_NewJournal_IsEmpty()
    {
        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot, Is.Null);
        Assert.That(recovery.Events, Is.Empty);
        Assert.That(recovery.LastSequence, Is.Zero);
    }

    [Test]
    public async Task Append_InSeveralBatches_ComesBackInOrder()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 3), None);
        await Journal.AppendAsync("b", 1, Records.Events(100, 1), None);
        await Journal.AppendAsync("a", 4, Records.Events(4, 2), None);

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(1, 5).Texts()));
        Assert.That(recovery.LastSequence, Is.EqualTo(5));
        Assert.That((await Journal.RecoverAsync("b", None)).LastSequence, Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public async Task Append_WithTheWrongNumber_ConflictsAndChangesNothing(int first)
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 3), None);
        Assert.That(async () => await Journal.AppendAsync("a", first, Records.Events(first, 1), None),
            Throws.TypeOf<JournalConflictException>().With.Message.Contains("'a'"));

        await Journal.AppendAsync("a", 4, Records.Events(4, 1), None);
        Assert.That((await Journal.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(1, 4).Texts()));
    }

    [Test]
    public async Task Append_EmptyPayloadAndOddText_ComesBackEqual()
    {
        var odd = new JournalRecord("Größe/1 \0 end", ReadOnlyMemory<byte>.Empty);
        var slice = new JournalRecord("S/1", new byte[] { 1, 2, 3, 4 }.AsMemory(1, 2));
        await Journal.AppendAsync("ä", 1, [odd, slice], None);

        var events = (await Journal.RecoverAsync("ä", None)).Events;
        Assert.That(events[0].Manifest, Is.EqualTo(odd.Manifest));
        Assert.That(events[0].Payload.Length, Is.Zero);
        Assert.That(events[1].Payload.ToArray(), Is.EqualTo(new byte[] { 2, 3 }));
    }

    [Test]
    public async Task Snapshot_IsWhereRecoveryStarts()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(4), None);

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(4));
        Assert.That(recovery.Snapshot.Record.Text(), Is.EqualTo("Whole/1:state 4"));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(5, 6).Texts()));
        Assert.That(recovery.LastSequence, Is.EqualTo(10));
    }

    [Test]
    public async Task Snapshot_OfTheLastEvent_LeavesNothingToReplayAndNumbersGoOn()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(9), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(10), None);

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Events, Is.Empty);
        Assert.That(recovery.LastSequence, Is.EqualTo(10));
        await Journal.AppendAsync("a", 11, Records.Events(11, 1), None);
        Assert.That((await Journal.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(11, 1).Texts()));
    }

    [Test]
    public async Task Snapshot_OlderThanTheNewest_IsIgnored_AndAheadOfTheEvents_Conflicts()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(8), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(3), None);
        Assert.That((await Journal.RecoverAsync("a", None)).Snapshot!.Sequence, Is.EqualTo(8));
        Assert.That(async () => await Journal.SaveSnapshotAsync("a", Records.Snapshot(11), None),
            Throws.TypeOf<JournalConflictException>());
    }

    [Test]
    public async Task Recover_EachTime_RaisesTheEpochOfThatLogOnly()
    {
        Assert.That((await Journal.RecoverAsync("a", None)).Epoch, Is.EqualTo(1));
        Assert.That((await Journal.RecoverAsync("a", None)).Epoch, Is.EqualTo(2));
        Assert.That((await Journal.RecoverAsync("b", None)).Epoch, Is.EqualTo(1));
        await using var other = await OpenAnotherAsync();
        Assert.That((await other.RecoverAsync("a", None)).Epoch, Is.EqualTo(3));
    }

    [Test]
    public async Task TakenOverLog_RefusesItsEarlierHolder_AndChangesNothing()
    {
        await Journal.RecoverAsync("a", None);
        await Journal.AppendAsync("a", 1, Records.Events(1, 3), None);
        await Journal.ConfirmAsync("a", None);

        await using var other = await OpenAnotherAsync();
        var taken = await other.RecoverAsync("a", None);
        Assert.That(taken.Events.Texts(), Is.EqualTo(Records.Events(1, 3).Texts()));

        Assert.That(async () => await Journal.AppendAsync("a", 4, Records.Events(40, 1), None),
            Throws.TypeOf<JournalFencedException>().With.Message.Contains("'a'").And.Message.Contains("epoch 2")
                .And.Message.Contains("epoch 1"));
        Assert.That(async () => await Journal.SaveSnapshotAsync("a", Records.Snapshot(3), None), Throws.TypeOf<JournalFencedException>());
        Assert.That(async () => await Journal.ConfirmAsync("a", None), Throws.TypeOf<JournalFencedException>());
        // Even with a number that would not have fitted: who is fenced must step down, not look for a bug.
        Assert.That(async () => await Journal.AppendAsync("a", 9, Records.Events(40, 1), None), Throws.TypeOf<JournalFencedException>());

        await other.ConfirmAsync("a", None);
        await other.AppendAsync("a", 4, Records.Events(4, 2), None);
        var again = await other.RecoverAsync("a", None);
        Assert.That(again.Snapshot, Is.Null);
        Assert.That(again.Events.Texts(), Is.EqualTo(Records.Events(1, 5).Texts()));
    }

    [Test]
    public async Task TakenOverLog_ComesBackToItsEarlierHolder_WhenThatRecoversIt()
    {
        await Journal.RecoverAsync("a", None);
        await using var other = await OpenAnotherAsync();
        await other.RecoverAsync("a", None);
        await other.AppendAsync("a", 1, Records.Events(1, 2), None);

        Assert.That((await Journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(2));
        await Journal.AppendAsync("a", 3, Records.Events(3, 1), None);
        Assert.That(async () => await other.AppendAsync("a", 3, Records.Events(3, 1), None), Throws.TypeOf<JournalFencedException>());
    }

    [Test]
    public async Task LogThatNobodyHasRecovered_TakesWrites_AndARecoveredOneOnlyItsHolders()
    {
        await using var other = await OpenAnotherAsync();
        await other.AppendAsync("a", 1, Records.Events(1, 1), None);
        await Journal.RecoverAsync("a", None);
        Assert.That(async () => await other.AppendAsync("a", 2, Records.Events(2, 1), None), Throws.TypeOf<JournalFencedException>());
        // Another log is another matter.
        await other.RecoverAsync("b", None);
        await other.AppendAsync("b", 1, Records.Events(1, 1), None);
        await Journal.AppendAsync("a", 2, Records.Events(2, 1), None);
    }

    [Test]
    public async Task Snapshot_OfSeveralMegabytes_ComesBackWhole_WithEventsAppendedMeanwhile()
    {
        await Journal.RecoverAsync("a", None);
        await Journal.AppendAsync("a", 1, Records.Events(1, 25_000), None);
        for (var round = 1; round <= 3; round++)
        {
            var saving = Journal.SaveSnapshotAsync("a", Big(round * 8_000), None).AsTask();
            for (var i = 0; i < 5; i++)
            {
                var next = 25_000 + (round - 1) * 5 + i + 1;
                await Journal.AppendAsync("a", next, Records.Events(next, 1), None);
            }
            await saving;
        }
        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(24_000));
        Assert.That(recovery.Snapshot.Record.Payload.Span.SequenceEqual(Big(24_000).Record.Payload.Span), Is.True);
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(24_001, 1_015).Texts()));

        // Filled with what depends on the place, so that parts in a wrong order show.
        static Snapshot Big(long sequence)
        {
            var state = new byte[(3 << 20) + 17];
            for (var i = 0; i < state.Length; i += 4)
            {
                state[i] = (byte)((i >> 2) * sequence >> 8);
            }
            return new Snapshot(sequence, new JournalRecord("Whole/1", state));
        }
    }

    /// <summary>Any mixture of appends and snapshots recovers to the same as a plain list would.</summary>
    [Test]
    public void AnyHistory_RecoversToItsEnd()
    {
        var history = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll<int[]>(steps => Recovers("p" + ++history, steps)));
    }

    private bool Recovers(string id, int[] steps)
    {
        var last = 0;
        var snapshot = 0;
        foreach (var step in steps)
        {
            if (step % 4 == 0)
            {
                snapshot = Math.Max(snapshot, last == 0 ? 0 : 1 + (step & 0xFFFF) % last);
                if (snapshot > 0)
                {
                    Wait(Journal.SaveSnapshotAsync(id, Records.Snapshot(snapshot), None));
                }
            }
            else
            {
                var count = 1 + (step & 0xFFFF) % 5;
                Wait(Journal.AppendAsync(id, last + 1, Records.Events(last + 1, count), None));
                last += count;
            }
        }
        var recovery = Journal.RecoverAsync(id, None).AsTask().GetAwaiter().GetResult();
        return recovery.LastSequence == last
            && (recovery.Snapshot?.Sequence ?? 0) == snapshot
            && recovery.Events.Texts().SequenceEqual(Records.Events(snapshot + 1, last - snapshot).Texts());
    }

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();
}

[TestFixture]
internal sealed class InMemoryJournalTests : JournalContract
{
    private InMemoryStore _store = null!;

    [SetUp]
    public void SetUp() => Journal = new InMemoryJournal(_store = new InMemoryStore());

    private protected override Task<IJournal> OpenAnotherAsync() => Task.FromResult<IJournal>(new InMemoryJournal(_store));
}
