using Offerbook.Actors;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulation.Tests.Storage;

public sealed class SimJournalTests
{
    private static JournalRecord Record(byte value) => new("Test/1", new[] { value });

    private static void Flush(SimJournal journal, params byte[] values)
    {
        foreach (var value in values)
        {
            journal.Append(Record(value));
        }
        journal.EndTurn();
        journal.BeginFlush();
        journal.EndFlush();
    }

    private static void FlushUnsynced(SimJournal journal, params byte[] values)
    {
        foreach (var value in values)
        {
            journal.Append(Record(value) with { DiesWithMachine = true });
        }
        journal.EndTurn();
        journal.BeginFlush();
        journal.EndFlush();
    }

    private static IEnumerable<byte> Values(Recovery recovery) => recovery.Events.Select(record => record.Payload.Span[0]);

    [Test]
    public void Recover_AfterSnapshot_GivesOnlyLaterEvents()
    {
        var journal = new SimJournal();
        Flush(journal, 1, 2, 3);
        journal.Save(new Snapshot(2, Record(99)));
        var recovery = journal.Recover();
        Assert.That(recovery.Snapshot!.Record.Payload.Span[0], Is.EqualTo(99));
        Assert.That(Values(recovery), Is.EqualTo(new byte[] { 3 }));
        Assert.That(recovery.LastSequence, Is.EqualTo(3));
    }

    [Test]
    public void RecoverAll_EventsNotYetDurable_AreIncluded()
    {
        var journal = new SimJournal();
        Flush(journal, 1);
        journal.Append(Record(2));
        journal.BeginFlush();
        journal.Append(Record(3));
        Assert.That(Values(journal.RecoverAll()), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Values(journal.Recover()), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void Append_CallerChangesItsBytesAfterwards_JournalKeepsTheOld()
    {
        var bytes = new byte[] { 1 };
        var journal = new SimJournal();
        journal.Append(new JournalRecord("Test/1", bytes));
        journal.BeginFlush();
        journal.EndFlush();
        bytes[0] = 2;
        Assert.That(Values(journal.Recover()), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void LosePower_TakesLastBatchesThatWereNotSynced_AndNoOthers()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var journal = new SimJournal();
            FlushUnsynced(journal, 1);
            Flush(journal, 2);
            FlushUnsynced(journal, 3, 4);
            FlushUnsynced(journal, 5);
            var random = new SeededRandom(seed);
            journal.Crash(new DiskBehaviour(), random);
            Assert.That(journal.LastDurable, Is.EqualTo(5), "a process that dies takes nothing along that was written");
            var lost = journal.LosePower(random);
            Assert.That(lost, Is.EqualTo(5 - journal.LastDurable));
            seen.Add(string.Concat(Values(journal.Recover())));
        }
        Assert.That(seen, Is.EqualTo(new[] { "12", "1234", "12345" }));
    }

    [Test]
    public void LosePower_AfterASnapshot_LosesNothingBeforeIt()
    {
        var journal = new SimJournal();
        FlushUnsynced(journal, 1, 2);
        journal.Save(new Snapshot(1, Record(99)));
        Assert.That(journal.LosePower(new SeededRandom(1)), Is.Zero);
        Assert.That(Values(journal.Recover()), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public void Crash_EventsThatWaitForAFlush_AreAlwaysLost()
    {
        var journal = new SimJournal();
        Flush(journal, 1);
        journal.Append(Record(2));
        var lost = journal.Crash(new DiskBehaviour { KeepUnacknowledgedRate = 1 }, new SeededRandom(1));
        Assert.That((lost, journal.LastDurable), Is.EqualTo((1, 1)));
    }
}
