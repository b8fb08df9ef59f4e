using Microsoft.Data.Sqlite;
using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// A journal in one SQLite file, in write-ahead-log mode with a sync at every commit.
///
/// <code>
/// AppendAsync ─▶ the journal's thread ─▶ one transaction (events + last number) ─▶ fdatasync ─▶ the task completes
/// </code>
///
/// Invariants: one process and one journal hold a file (<see cref="JournalFile"/>); one thread and one connection touch it; after
/// a failed write nothing is written any more, because what reached the disk is unknown. Cost: an append is one sync (about 4 ms on
/// a small machine) plus a few microseconds an event. A write cut short by a crash is cut off by SQLite at the last whole
/// commit; anything else that does not match refuses to be read.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private readonly DedicatedThread _thread;
    private readonly JournalFile _file;
    private readonly SqliteConnection _connection;
    private readonly JournalReader _reader;
    private readonly JournalWriter _writer;
    private readonly Dictionary<string, JournalStream> _streams = new(StringComparer.Ordinal);
    private Exception? _failure;
    private int _disposed;

    private SqliteJournal(DedicatedThread thread, JournalFile file, SqliteConnection connection, Action<string> warn)
    {
        _thread = thread;
        _file = file;
        _connection = connection;
        _reader = new JournalReader(connection, file.Path, warn);
        _writer = new JournalWriter(connection);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    /// <summary>Opens or creates the journal <paramref name="path"/>; a missing directory is created with mode 0700, the file with 0600.</summary>
    /// <param name="warn">Hears of damage that could be worked round. Called on the journal's thread.</param>
    /// <exception cref="JournalUnavailableException">Held by another journal, unwritable, or written by a newer program.</exception>
    /// <exception cref="JournalDamagedException">Not a journal, or damaged beyond opening.</exception>
    public static async Task<SqliteJournal> OpenAsync(string path, CancellationToken cancellation = default, Action<string>? warn = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var thread = new DedicatedThread("journal " + System.IO.Path.GetFileName(path));
        try
        {
            return await thread.RunAsync(() => Open(thread, path, warn ?? (static _ => { })));
        }
        catch
        {
            await thread.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await _thread.RunAsync(() => Reading(() => _reader.Recover(persistenceId)));
    }

    // The thread's own task, without a continuation: who blocks on it is woken by the thread itself.
    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation)
            : new ValueTask(_thread.RunAsync(() => Writing(() => _writer.Append(Stream(persistenceId), firstSequence, events))));

    /// <summary>The lock on the file keeps everybody else out for as long as it is open.</summary>
    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) => ValueTask.CompletedTask;

    public async ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await _thread.RunAsync(() => Writing(() => _writer.Save(Stream(persistenceId), snapshot)));
    }

    /// <summary>Finishes what was asked for, closes the file and lets go of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _thread.RunAsync(() =>
        {
            _writer.Dispose();
            _connection.Dispose();
            _file.Dispose();
            return true;
        });
        await _thread.DisposeAsync();
    }

    private static SqliteJournal Open(DedicatedThread thread, string path, Action<string> warn)
    {
        var file = JournalFile.Hold(path);
        // Pooling would keep the file open after the journal has been closed.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file.Path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            JournalSchema.Prepare(connection, file.Path);
            return new SqliteJournal(thread, file, connection, warn);
        }
        catch (Exception failure)
        {
            connection.Dispose();
            file.Dispose();
            if (failure is SqliteException sqlite)
            {
                throw Explain(sqlite, file.Path);
            }
            throw;
        }
    }

    /// <summary>Streams are looked up once; only their ids are used afterwards.</summary>
    private JournalStream Stream(string persistenceId)
    {
        if (!_streams.TryGetValue(persistenceId, out var stream))
        {
            _streams[persistenceId] = stream = _reader.Find(persistenceId);
        }
        return stream;
    }

    private T Reading<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException failure)
        {
            throw Explain(failure, _file.Path);
        }
    }

    private bool Writing(Action work)
    {
        if (_failure is not null)
        {
            throw new JournalUnavailableException($"The journal {_file.Path} takes no more writes, because an earlier one failed: {_failure.Message}", _failure);
        }
        try
        {
            work();
            return true;
        }
        catch (JournalConflictException)
        {
            throw;
        }
        catch (SqliteException failure)
        {
            _failure = failure;
            throw Explain(failure, _file.Path);
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }

    private static Exception Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB => new JournalDamagedException(
            $"The journal {path} is damaged, or no journal at all ({failure.Message}). Restore it from a backup, or start with an empty data directory.", failure),
        SQLitePCL.raw.SQLITE_FULL => new JournalUnavailableException($"The journal {path} cannot be written: the disk is full. Free some space and start again.", failure),
        _ => new JournalUnavailableException($"The journal {path} cannot be used: {failure.Message}", failure),
    };
}
