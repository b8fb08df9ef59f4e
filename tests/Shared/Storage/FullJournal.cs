using Offerbook.Storage;

namespace Offerbook.Testing.Storage;

/// <summary>A journal on a disk that is full whenever the test says so: nothing of a write is kept then.</summary>
internal sealed class FullJournal(IJournal journal, Func<bool> isFull) : IJournal
{
    private ValueTask? Failure =>
        isFull() ? ValueTask.FromException(new JournalUnavailableException("The disk is full.") { IsClean = true }) : null;

    public async ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        await (Failure ?? ValueTask.CompletedTask);
        return await journal.RecoverAsync(persistenceId, cancellation);
    }

    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation) =>
        Failure ?? journal.AppendAsync(persistenceId, firstSequence, events, cancellation);

    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) =>
        journal.ConfirmAsync(persistenceId, cancellation);

    public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation) =>
        journal.SaveSnapshotAsync(persistenceId, snapshot, cancellation);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
