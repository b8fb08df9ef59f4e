using Microsoft.Data.Sqlite;
using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// A journal in one SQLite file, in write-ahead-log mode with a sync at every commit whose events have to outlive the machine.
///
/// <code>
/// AppendAsync ─▶ the journal's thread ─▶ one transaction (events + last number) ─▶ fdatasync ─▶ the task completes
/// </code>
///
/// Invariants: one process and one journal hold a file (<see cref="JournalFile"/>), and where a file system keeps no locks the epochs
/// of the logs fence; one thread and one connection touch the file; after a write that failed otherwise than by a clean refusal
/// nothing is written any more, because what reached the disk is unknown. Cost: an append is one sync (about 4 ms on a small
/// machine) plus a few microseconds an event; every <see cref="FoldAfter"/> bytes the log is folded into the file, which takes
/// two more. A write cut short by a crash is cut off by SQLite at the last whole commit; anything else that does not match refuses to be
/// read.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    /// <summary>Bytes written to the write-ahead log before it is folded into the file: 1,000 pages, as SQLite itself has it.</summary>
    private const long FoldAfter = 4 << 20;

    /// <summary>A commit writes at least the right edge of the events and the row of the log.</summary>
    private const long BytesPerCommit = 3 * 4096;

    private readonly DedicatedThread _thread;
    private readonly JournalFile _file;
    private readonly SqliteConnection _connection;
    private readonly JournalReader _reader;
    private readonly JournalWriter _writer;
    private readonly SnapshotWriter _snapshots;
    private readonly Dictionary<string, JournalStream> _streams = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _saving = new(1);
    private Exception? _failure;
    private long _unfolded;
    private bool _closed;
    private int _disposed;

    private SqliteJournal(DedicatedThread thread, JournalFile file, SqliteConnection connection, Action<string> warn)
    {
        _thread = thread;
        _file = file;
        _connection = connection;
        _reader = new JournalReader(connection, file.Path, warn);
        _writer = new JournalWriter(connection, file.Path);
        _snapshots = new SnapshotWriter(connection, _writer);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    public long SizeBytes => SizeOf(Path) + SizeOf(Path + "-wal");

    /// <summary>
    /// Opens or creates the journal <paramref name="path"/>; a missing directory is created with mode 0700, the file with 0600.
    /// </summary>
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
        return await _thread.RunAsync(() =>
        {
            var stream = Writing(() => _streams[persistenceId] = _writer.TakeOver(persistenceId), BytesPerCommit);
            return Reading(() => _reader.Recover(stream));
        });
    }

    /// <summary>Blocks its caller until the sync is done: it is called on a thread that has nothing else to do.</summary>
    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation)
            : new ValueTask(
                _thread.RunInPlace(() => Writing(() => _writer.Append(Stream(persistenceId), firstSequence, events), SizeOf(events))));

    /// <summary>
    /// Reads the log's epoch from the file, behind the write under way. A journal that takes no more writes confirms nothing.
    /// </summary>
    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation)
            : new ValueTask(_thread.RunAsync(() =>
            {
                ThrowIfFailed();
                return Reading(() => _writer.Confirm(Stream(persistenceId)));
            }));

    public async ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        await _saving.WaitAsync(cancellation);
        try
        {
            if (!await _thread.RunAsync(() => Writing(() => _snapshots.IsNeeded(Stream(persistenceId), snapshot), 0)))
            {
                return;
            }
            var checksum = JournalChecksum.Of(persistenceId, snapshot.Sequence, snapshot.Record);
            // Left over from a save that was cut short, maybe of the same snapshot.
            await SlicesAsync(stream => _snapshots.DropParts(stream));
            for (var part = 0; part < SnapshotWriter.PartsAhead(snapshot); part++)
            {
                var number = part;
                await SliceAsync(stream => _snapshots.WritePart(stream, snapshot, number), SnapshotWriter.PartSize);
            }
            await SliceAsync(stream => _snapshots.Finish(stream, snapshot, checksum), SnapshotWriter.PartSize);
            await SlicesAsync(stream => _snapshots.DropParts(stream));
            await SlicesAsync(stream => _snapshots.DropEvents(stream));
        }
        finally
        {
            _saving.Release();
        }

        Task<bool> SliceAsync(Action<JournalStream> slice, long bytes) =>
            _thread.RunAsync(() => Writing(() => slice(Stream(persistenceId)), bytes));

        async Task SlicesAsync(Func<JournalStream, bool> slice)
        {
            while (await _thread.RunAsync(() => Writing(() => slice(Stream(persistenceId)), SnapshotWriter.PartSize)))
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
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
            _closed = true;
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
            JournalSchema.Prepare(connection, file.Path, warn);
            return new SqliteJournal(thread, file, connection, warn);
        }
        catch (Exception failure)
        {
            connection.Dispose();
            file.Dispose();
            if (failure is SqliteException sqlite)
            {
                throw SqliteFailure.Explain(sqlite, file.Path);
            }
            throw;
        }
    }

    /// <summary>Logs are looked up once; only their ids and epochs are used afterwards.</summary>
    private JournalStream Stream(string persistenceId)
    {
        if (!_streams.TryGetValue(persistenceId, out var stream))
        {
            _streams[persistenceId] = stream = _writer.Find(persistenceId);
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
            throw SqliteFailure.Explain(failure, _file.Path);
        }
    }

    private bool Writing(Action work, long bytes) => Writing(() =>
    {
        work();
        return true;
    }, bytes);

    private T Writing<T>(Func<T> work, long bytes)
    {
        ThrowIfFailed();
        try
        {
            var result = work();
            if ((_unfolded += bytes) >= FoldAfter)
            {
                // Whoever waits for the write is answered first.
                _ = _thread.RunAsync(Fold);
            }
            return result;
        }
        catch (JournalConflictException)
        {
            throw;
        }
        catch (SqliteException failure)
        {
            var isClean = SqliteFailure.IsRefusal(failure) && IsRolledBack();
            _failure = isClean ? null : failure;
            throw SqliteFailure.Explain(failure, _file.Path, isClean);
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }

    /// <summary>No transaction is open, and the file can be read.</summary>
    private bool IsRolledBack()
    {
        try
        {
            return SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0
                && JournalSchema.Found(_connection) == JournalSchema.Version;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>
    /// Moves what is in the write-ahead log to the file. A reader in another process (a backup) may hold some of it back until the next
    /// time; for want of room it stays in the log, and the next write will say so. A sync that fails is the end, as it is at a commit.
    /// </summary>
    private bool Fold()
    {
        if (_closed || _failure is not null || _unfolded < FoldAfter)
        {
            return false;
        }
        _unfolded = 0;
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException failure)
        {
            _failure = SqliteFailure.IsRefusal(failure) ? null : failure;
        }
        return true;
    }

    private void ThrowIfFailed()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_failure is not null)
        {
            throw new JournalUnavailableException(
                $"The journal {_file.Path} takes no more writes, because an earlier one failed: {_failure.Message}", _failure);
        }
    }

    private static long SizeOf(IReadOnlyList<JournalRecord> events)
    {
        var bytes = BytesPerCommit;
        for (var i = 0; i < events.Count; i++)
        {
            bytes += events[i].Payload.Length + events[i].Manifest.Length + 16;
        }
        return bytes;
    }

    private static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
