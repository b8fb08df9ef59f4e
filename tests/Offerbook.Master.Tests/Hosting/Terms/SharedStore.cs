using Offerbook.Storage;

namespace Offerbook.Master.Tests.Hosting.Terms;

/// <summary>One store for several masters, in memory: whoever recovered last holds it, all others are fenced off.</summary>
internal sealed class SharedStore
{
    private readonly InMemoryJournal _journal = new();
    private readonly Lock _lock = new();
    private long _epoch;
    private volatile Exception? _failure;

    /// <summary>Every write and question fails with this from now on; null: none does.</summary>
    public Exception? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    public Task<IJournal> OpenAsync(CancellationToken cancellation) => Task.FromResult<IJournal>(new Holder(this));

    private sealed class Holder(SharedStore store) : IJournal
    {
        private long _epoch;

        public ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
        {
            ThrowIfFailing();
            lock (store._lock)
            {
                _epoch = ++store._epoch;
                return ValueTask.FromResult(Result(store._journal.RecoverAsync(persistenceId, cancellation)) with { Epoch = _epoch });
            }
        }

        public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
            CancellationToken cancellation) =>
            Held(() => store._journal.AppendAsync(persistenceId, firstSequence, events, cancellation));

        public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) => Held(() => ValueTask.CompletedTask);

        public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation) =>
            Held(() => store._journal.SaveSnapshotAsync(persistenceId, snapshot, cancellation));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private ValueTask Held(Func<ValueTask> work)
        {
            ThrowIfFailing();
            lock (store._lock)
            {
                return _epoch == store._epoch
                    ? work() : throw new JournalFencedException($"Epoch {store._epoch} holds the store, this is {_epoch}.");
            }
        }

        private void ThrowIfFailing()
        {
            if (store.Failure is { } failure)
            {
                throw failure;
            }
        }

        private static T Result<T>(ValueTask<T> done) =>
            done.IsCompletedSuccessfully ? done.Result : throw new InvalidOperationException("It works in memory.");
    }
}
