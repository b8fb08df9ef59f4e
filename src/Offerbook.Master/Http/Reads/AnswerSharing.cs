using Offerbook.Actors.Hosting;

namespace Offerbook.Master.Http.Reads;

/// <summary>What makes two reads the same: they get one answer.</summary>
/// <param name="Version">Of the view.</param>
/// <param name="Query">As it came; for a call, empty.</param>
internal sealed record ReadKey(string Endpoint, string Query, string? Principal, string ContentType, bool Gzip, long Version);

/// <summary>
/// The answers that are being sent. Identical reads of the same state share one. Rendering leaves half of the processors, and at
/// least one if there are two, to the core and to connections, and stands back behind them on the others.
/// </summary>
internal sealed class AnswerSharing
{
    /// <summary>How many render at once.</summary>
    public static int Threads { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>One set for all masters of the process: the processors are.</summary>
    private static readonly BackThreads s_back = new("reads", Threads);

    private readonly Lock _lock = new();
    private readonly Dictionary<ReadKey, SharedAnswer> _open = [];
    private long _hits;

    /// <summary>Reads that got an answer which was being made for another.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Serves one request from the answer that it shares.</summary>
    public async Task ServeAsync(ReadKey key, Func<Answer> make, Func<SharedAnswer, Task> serve)
    {
        var answer = Join(key, make);
        try
        {
            await serve(answer);
        }
        finally
        {
            Leave(key, answer);
        }
    }

    private SharedAnswer Join(ReadKey key, Func<Answer> make)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(key, out var answer))
            {
                Interlocked.Increment(ref _hits);
            }
            else
            {
                _open.Add(key, answer = new SharedAnswer(make, key.Gzip, s_back));
            }
            answer.Readers++;
            return answer;
        }
    }

    private void Leave(ReadKey key, SharedAnswer answer)
    {
        lock (_lock)
        {
            if (--answer.Readers > 0)
            {
                return;
            }
            _open.Remove(key);
        }
        answer.Close();
    }
}
