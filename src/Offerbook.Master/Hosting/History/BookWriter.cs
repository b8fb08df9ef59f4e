using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Offerbook.Master.Hosting.History;

/// <summary>
/// Writes the offer book on a thread of its own, in batches, behind a bounded queue: who has something to note never waits, and
/// what finds the queue full is dropped and counted. A disk that fails costs the batch; the next one is tried again. A file found
/// damaged is put aside and begun anew.
/// </summary>
internal sealed class BookWriter : IAsyncDisposable
{
    private const int MaxBatch = 2_000;

    /// <summary>How long entries gather into one transaction, unless somebody waits for them.</summary>
    private const int GatherMs = 250;

    /// <summary>Failures are told at most this often.</summary>
    private static readonly TimeSpan WarnInterval = TimeSpan.FromMinutes(1);

    private readonly BlockingCollection<BookEntry> _queue;

    /// <summary>Ends a gathering early. Without it the thread would be woken for each entry, for which whoever added it pays.</summary>
    private readonly AutoResetEvent _hurry = new(false);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _path;
    private readonly OfferBookOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private SqliteConnection? _connection;
    private BookTables? _tables;
    private long? _lastWarning;
    private long _dropped;
    private long _written;
    private int _waiters;

    private BookWriter(string path, OfferBookOptions options, TimeProvider time, Action<string> warn, SqliteConnection connection)
    {
        (_path, _options, _time, _warn) = (path, options, time, warn);
        _queue = new BlockingCollection<BookEntry>(options.MaxQueued);
        Use(connection);
        new Thread(Loop) { Name = "offer book", IsBackground = true }.Start();
    }

    /// <summary>Offers and samples that were lost because the queue was full or the disk failed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public long Written => Interlocked.Read(ref _written);

    public int Queued => _queue.Count;

    /// <summary>Rows of offers in the file, as of the last batch.</summary>
    public long Rows { get; private set; }

    /// <exception cref="SqliteException">The file cannot be opened or written.</exception>
    public static BookWriter Open(string path, OfferBookOptions options, TimeProvider time, Action<string> warn)
    {
        try
        {
            return new BookWriter(path, options, time, warn, BookFile.OpenWriter(path, warn));
        }
        catch (SqliteException damage) when (BookFile.IsDamage(damage))
        {
            // Found only when the tables were read.
            BookFile.PutAside(path);
            warn(Damaged(path, damage));
            return new BookWriter(path, options, time, warn, BookFile.OpenWriter(path, warn));
        }
    }

    /// <summary>Never waits.</summary>
    public void Add(BookEntry entry)
    {
        if (!_queue.IsAddingCompleted && _queue.TryAdd(entry))
        {
            if (_queue.Count % MaxBatch == 0)
            {
                _hurry.Set();
            }
            return;
        }
        Interlocked.Increment(ref _dropped);
    }

    /// <summary>Completes when all that was added before has been written, or lost.</summary>
    public Task CatchUpAsync()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_queue.IsAddingCompleted || !_queue.TryAdd(new BookEntry.CaughtUp(reached)))
        {
            return Task.CompletedTask;
        }
        Interlocked.Increment(ref _waiters);
        _hurry.Set();
        return reached.Task;
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        _hurry.Set();
        await _ended.Task;
    }

    private void Loop()
    {
        var batch = new List<BookEntry>();
        while (_queue.TryTake(out var first, Timeout.Infinite))
        {
            batch.Add(first);
            Gather(batch);
            Write(batch);
            foreach (var entry in batch)
            {
                if (entry is BookEntry.CaughtUp waiting)
                {
                    Interlocked.Decrement(ref _waiters);
                    waiting.Reached.SetResult();
                }
            }
            batch.Clear();
        }
        Close();
        _ended.SetResult();
    }

    private void Gather(List<BookEntry> batch)
    {
        if (Volatile.Read(ref _waiters) == 0 && !_queue.IsAddingCompleted && _queue.Count < MaxBatch)
        {
            _hurry.WaitOne(GatherMs);
        }
        while (batch.Count < MaxBatch && batch[^1] is not BookEntry.CaughtUp && _queue.TryTake(out var next))
        {
            batch.Add(next);
        }
    }

    private void Write(List<BookEntry> batch)
    {
        var count = batch.Count(entry => entry is not BookEntry.CaughtUp);
        if (count == 0)
        {
            return;
        }
        try
        {
            if (_tables is null)
            {
                Use(BookFile.OpenWriter(_path, _warn));
            }
            _tables!.Write(batch, _time.GetUtcNow());
            Interlocked.Add(ref _written, count);
            Rows = _tables.Offers;
        }
        catch (Exception failure)
        {
            // Whatever it is: the book must not take the master with it.
            Interlocked.Add(ref _dropped, count);
            // The next batch opens the file anew, and finds out there whether it is damaged.
            Close();
            if (failure is SqliteException damage && BookFile.IsDamage(damage))
            {
                Replace(damage);
            }
            else
            {
                Warn($"The offer book {_path} cannot be written: {failure.Message}. What happens is missing from it until that ends; "
                    + "the master goes on.");
            }
        }
    }

    private void Replace(SqliteException damage)
    {
        try
        {
            BookFile.PutAside(_path);
            _warn(Damaged(_path, damage));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Warn($"The offer book {_path} is damaged ({damage.Message}) and cannot be put aside: {failure.Message}. "
                + "Nothing is noted in it.");
        }
    }

    private static string Damaged(string path, SqliteException damage) =>
        $"The offer book {path} is damaged ({damage.Message}). It is kept as {path}.damaged and begun anew; "
        + "the offers of the past are missing from it.";

    private void Warn(string warning)
    {
        if (_lastWarning is not { } last || _time.GetElapsedTime(last) >= WarnInterval)
        {
            _lastWarning = _time.GetTimestamp();
            _warn(warning);
        }
    }

    private void Use(SqliteConnection connection)
    {
        try
        {
            _tables = new BookTables(connection, _options);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        _connection = connection;
        Rows = _tables.Offers;
    }

    private void Close()
    {
        _tables?.Dispose();
        _connection?.Dispose();
        (_tables, _connection) = (null, null);
    }
}
