using System.Diagnostics;
using System.Net;

namespace Offerbook.Bench.Failover;

/// <summary>
/// Asks every master for something that only the leader serves, each over a connection of its own, and notes when it answered. What is
/// measured is what a client sees: from the last answer of one leader to the first of the next.
/// </summary>
internal sealed class LeaderWatch : IAsyncDisposable
{
    /// <summary>Between an answer and the next question: what is measured is known to this much.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly long[] _last;
    private readonly long[] _first;
    private readonly Task[] _watching;
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _resting;
    private int _excepted;

    public LeaderWatch(IReadOnlyList<IPEndPoint> masters)
    {
        (_last, _first) = (new long[masters.Count], new long[masters.Count]);
        _watching = [.. masters.Select((master, index) => Task.Run(() => WatchAsync(index, new Uri($"http://{master}/roles"))))];
    }

    /// <summary>Forgets the first answers until now.</summary>
    public void Mark()
    {
        lock (_lock)
        {
            Array.Clear(_first);
            _resting?.SetResult();
            _resting = null;
        }
    }

    /// <summary>
    /// Asks nobody anything from the first answer of another than the excepted one on, until <see cref="Mark"/>: a thousand questions a
    /// second, and what the leader works out to answer
    /// them, would take a third of the machine from agents that return.
    /// </summary>
    public void RestOnceAnswered(int except)
    {
        lock (_lock)
        {
            (_resting, _excepted) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), except);
        }
    }

    /// <summary>Of this master, in timestamps; 0 when it has never answered.</summary>
    public long LastOf(int master)
    {
        lock (_lock)
        {
            return _last[master];
        }
    }

    /// <summary>Waits until a master has answered since <see cref="Mark"/> that is not the excepted one.</summary>
    /// <exception cref="TimeoutException">None has.</exception>
    public async Task<(int Master, long At)> FirstAsync(int except, TimeSpan timeout)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Task answered;
            lock (_lock)
            {
                for (var master = 0; master < _first.Length; master++)
                {
                    if (master != except && _first[master] != 0)
                    {
                        return (master, _first[master]);
                    }
                }
                answered = _answered.Task;
            }
            await answered.WaitAsync(timeout - Stopwatch.GetElapsedTime(began));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_watching);
        _stopping.Dispose();
    }

    private async Task WatchAsync(int master, Uri address)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false,
                ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(1) };
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(address, _stopping.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Note(master);
                }
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                // It does not answer: that is what is watched. One that refuses connections is not to be asked in a circle.
            }
            await RestAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task RestAsync()
    {
        lock (_lock)
        {
            for (var master = 0; master < _first.Length; master++)
            {
                if (_resting is { } rest && master != _excepted && _first[master] != 0)
                {
                    return rest.Task.WaitAsync(_stopping.Token);
                }
            }
            return Task.CompletedTask;
        }
    }

    private void Note(int master)
    {
        TaskCompletionSource answered;
        lock (_lock)
        {
            var now = Stopwatch.GetTimestamp();
            _last[master] = now;
            _first[master] = _first[master] == 0 ? now : _first[master];
            answered = _answered;
            _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        answered.SetResult();
    }
}
