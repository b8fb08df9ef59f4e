using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Measures a database by a message to its own log (<c>pg_logical_emit_message</c>): some 80 bytes that are made durable as a commit's are,
/// without
/// a table to keep them in. A connection of its own, on a thread of its own, which it holds while it lives.
/// </summary>
internal sealed class PostgresProbe : IStoreProbe
{
    private readonly CancellationTokenSource _closing = new();
    private readonly DedicatedThread _thread = new("store probe");
    private readonly PostgresSession _session;
    private readonly TimeProvider _time;
    private int _disposed;

    public PostgresProbe(PostgresAddress address, TimeProvider time)
    {
        _time = time;
        _session = new PostgresSession(new PostgresConnector(address, static _ => { }), "probe", time, _closing.Token);
    }

    public async ValueTask<TimeSpan?> MeasureAsync() => await _thread.RunAsync(Measure);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _closing.CancelAsync();
        await _thread.DisposeAsync();
        _session.Dispose();
        _closing.Dispose();
    }

    private TimeSpan? Measure()
    {
        var began = _time.GetTimestamp();
        var tries = 0;
        try
        {
            return _session.Run("be measured", connection =>
            {
                var sent = _time.GetTimestamp();
                tries++;
                connection.Execute("SELECT pg_logical_emit_message(true, 'offerbook', '')");
                // Connecting for the first time is no part of a commit; trying again is.
                return _time.GetElapsedTime(tries == 1 ? sent : began);
            }, patience: IStoreProbe.Patience);
        }
        catch (JournalUnavailableException failure)
            when (failure.InnerException is { } cause && PostgresFailure.KindOf(cause) == FailureKind.Final)
        {
            return null;
        }
        catch (Exception failure) when (failure is JournalUnavailableException or JournalDamagedException)
        {
            var tried = _time.GetElapsedTime(began);
            return tried > IStoreProbe.Patience ? tried : IStoreProbe.Patience;
        }
    }
}
