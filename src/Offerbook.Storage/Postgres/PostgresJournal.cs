using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// A journal in a PostgreSQL database, which several processes may open; the epochs of its logs say whose each is.
///
/// <code>
/// AppendAsync ─▶ the writing thread ─▶ one statement: is the row of the log as we left it? then events + last number ─▶ commit
///                    └─ connection broken ─▶ connect anew ─▶ the same statement ─▶ the row carries the append's key: it had been done
/// SaveSnapshotAsync ─▶ the saving thread, its own connection          ConfirmAsync ─▶ the asking thread, its own connection
/// </code>
///
/// While the database is away, calls wait and try again for as long as <see cref="PostgresAddress.Patience"/> lasts; a fence is only ever
/// read, never guessed. An append that gave up may still be found done by the next recovery, never by the one that gave up. Cost: a round
/// trip and the server's commit.
/// </summary>
public sealed class PostgresJournal : IJournal
{
    /// <summary>A leader that asks whether it still leads wants to know now.</summary>
    private static readonly TimeSpan ConfirmPatience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closing = new();
    private readonly DedicatedThread _writing = new("journal writes");
    private readonly DedicatedThread _saving = new("journal snapshots");
    private readonly DedicatedThread _asking = new("journal questions");
    private readonly PostgresSession _writes;
    private readonly PostgresSession _reads;
    private readonly PostgresSession _snapshots;
    private readonly PostgresSession _questions;
    private readonly PostgresWriter _writer;
    private readonly PostgresReader _reader;
    private readonly PostgresSnapshots _saver;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PostgresLog> _logs = new(StringComparer.Ordinal);
    private int _disposed;

    private PostgresJournal(PostgresConnector connector, TimeProvider time, Action<string> warn)
    {
        _writes = new PostgresSession(connector, "writes", time, _closing.Token);
        _reads = new PostgresSession(connector, "recovery", time, _closing.Token, isForLongStatements: true);
        _snapshots = new PostgresSession(connector, "snapshots", time, _closing.Token, isForLongStatements: true);
        _questions = new PostgresSession(connector, "questions", time, _closing.Token);
        _writer = new PostgresWriter(_writes);
        _reader = new PostgresReader(_reads, warn);
        _saver = new PostgresSnapshots(_snapshots);
    }

    /// <summary>Connects, and makes the tables if they are missing.</summary>
    /// <param name="warn">Hears of damage that could be worked round and of a server that is set up to lose data. Must not block.</param>
    /// <exception cref="JournalUnavailableException">The database cannot be reached for as long as patience lasts, refuses, or was written
    /// by a newer program.</exception>
    public static async Task<PostgresJournal> OpenAsync(PostgresAddress address, CancellationToken cancellation = default,
        Action<string>? warn = null,
        TimeProvider? time = null)
    {
        var heard = warn ?? (static _ => { });
        var journal = new PostgresJournal(new PostgresConnector(address, heard), time ?? TimeProvider.System, heard);
        try
        {
            await using var registration = cancellation.Register(journal._closing.Cancel);
            await journal._writing.RunAsync(() =>
                journal._writes.Run("be opened", connection => PostgresSchema.Prepare(connection, address)));
            cancellation.ThrowIfCancellationRequested();
            return journal;
        }
        catch
        {
            await journal.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    public async ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await _writing.RunAsync(() =>
        {
            var log = Keep(_writer.TakeOver(persistenceId));
            try
            {
                return _reader.Recover(log);
            }
            finally
            {
                _reads.Drop();
            }
        });
    }

    // The thread's own task, without a continuation: who blocks on it is woken by the thread itself.
    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation)
            : new ValueTask(_writing.RunAsync(() =>
            {
                _writer.Append(LogOf(persistenceId), firstSequence, events);
                return true;
            }));

    public async ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var log = Held(persistenceId) ?? await _writing.RunAsync(() => LogOf(persistenceId));
        await _asking.RunAsync(() =>
            _questions.Run("confirm who leads", connection => PostgresReader.Confirm(connection, log), patience: ConfirmPatience));
    }

    public async ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var log = Held(persistenceId) ?? await _writing.RunAsync(() => LogOf(persistenceId));
        await _saving.RunAsync(() =>
        {
            _saver.Save(log, snapshot);
            return true;
        });
    }

    /// <summary>Finishes what was asked for if the database is there; what waits for it is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _closing.CancelAsync();
        foreach (var (thread, sessions) in new[] { (_writing, new[] { _writes, _reads }), (_saving, [_snapshots]), (_asking, [_questions]) })
        {
            await thread.RunAsync(() => Array.TrueForAll(sessions, session =>
            {
                session.Dispose();
                return true;
            }));
            await thread.DisposeAsync();
        }
        _closing.Dispose();
    }

    private PostgresLog LogOf(string persistenceId) => Held(persistenceId) ?? Keep(_writer.Find(persistenceId));

    private PostgresLog? Held(string persistenceId)
    {
        lock (_lock)
        {
            return _logs.GetValueOrDefault(persistenceId);
        }
    }

    private PostgresLog Keep(PostgresLog log)
    {
        lock (_lock)
        {
            return _logs[log.PersistenceId] = log;
        }
    }
}
