using Npgsql;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// One connection at a time, made when it is needed and made anew when it breaks. <see cref="Run"/> tries until it is done, until it
/// is refused for good, or until patience runs out. Used by one thread.
/// </summary>
internal sealed class PostgresSession(PostgresConnector connector, string name, TimeProvider time, CancellationToken closing,
    bool isForLongStatements = false) : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(20);

    /// <summary>A database that comes back is noticed within this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Of connections that broke, the last: who holds a lock longer than he should is looked for among them.</summary>
    private const int MostRemembered = 8;

    private readonly List<int> _broken = [];
    private NpgsqlConnection? _connection;
    private int _process;

    public string Place => connector.Place;

    /// <param name="work">May run several times: whatever it did before may have been done or not.</param>
    /// <param name="what">For the error text, as in "cannot be reached to …".</param>
    /// <param name="unlock">Called when the log's row has been locked for longer than a commit takes.</param>
    /// <exception cref="JournalUnavailableException">Refused for good, or the database was not there for as long as patience
    /// lasts.</exception>
    /// <exception cref="JournalDamagedException">The server reports damage.</exception>
    public T Run<T>(string what, Func<NpgsqlConnection, T> work, Action<NpgsqlConnection>? unlock = null, TimeSpan? patience = null)
    {
        var began = time.GetTimestamp();
        var hasUnlocked = false;
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                return work(_connection ?? Open());
            }
            catch (Exception failure) when (failure is NpgsqlException or NoPrimaryException or IOException or TimeoutException)
            {
                var kind = PostgresFailure.KindOf(failure);
                var isOver = time.GetElapsedTime(began) + wait > (patience ?? connector.Address.Patience);
                // Once in any case: a lock that a dead connection holds is no reason to give up.
                if (kind == FailureKind.Locked && unlock is not null && !(isOver && hasUnlocked) && TryUnlock(unlock))
                {
                    hasUnlocked = true;
                    continue;
                }
                if (kind is not FailureKind.Lost and not FailureKind.Again and not FailureKind.Locked || isOver
                    || closing.IsCancellationRequested)
                {
                    Drop();
                    throw PostgresFailure.Explain(failure, kind, Place, what);
                }
                if (kind != FailureKind.Again || _connection?.FullState != System.Data.ConnectionState.Open)
                {
                    Drop();
                }
                closing.WaitHandle.WaitOne(wait);
            }
        }
    }

    /// <summary>Server processes of connections that broke here, and so may not know yet.</summary>
    public int[] Broken => [.. _broken];

    /// <summary>Closes the connection; the next use opens another one.</summary>
    public void Drop()
    {
        if (_connection is null)
        {
            return;
        }
        Remember();
        _connection.Dispose();
        _connection = null;
    }

    public void Dispose() => Drop();

    private bool TryUnlock(Action<NpgsqlConnection> unlock)
    {
        try
        {
            unlock(_connection!);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException)
        {
            return false;
        }
    }

    private NpgsqlConnection Open()
    {
        _connection = connector.Open(name, isForLongStatements);
        _process = _connection.ProcessID;
        return _connection;
    }

    private void Remember()
    {
        if (_broken.Count == MostRemembered)
        {
            _broken.RemoveAt(0);
        }
        _broken.Add(_process);
    }
}
