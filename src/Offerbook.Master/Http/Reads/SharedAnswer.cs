using Offerbook.Actors.Hosting;

namespace Offerbook.Master.Http.Reads;

/// <summary>
/// An answer that several requests get at the same time. Each takes the pieces at its own pace; a few are kept and the next ones
/// rendered ahead, so that readers who go together share the work, and one who falls behind has his pieces rendered again and
/// holds nobody up.
/// </summary>
internal sealed class SharedAnswer(Func<Answer> make, bool gzip, BackThreads back)
{
    /// <summary>Pieces that are kept for others: at 128 KiB each 1 MiB, whatever the length of the answer.</summary>
    private const int MaxKept = 8;

    /// <summary>Pieces rendered before they are asked for.</summary>
    private const int Ahead = 2;

    private readonly Lazy<Answer> _answer = new(make);
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Entry> _kept = [];

    private sealed class Entry(Task<RenderedPiece> rendering)
    {
        public Task<RenderedPiece> Rendering => rendering;

        /// <summary>Who uses it: the table of those kept, and readers.</summary>
        public int Users { get; set; } = 1;
    }

    /// <summary>Requests that get it; counted by who hands it out.</summary>
    public int Readers { get; set; }

    /// <summary>What is rendered; made by the first who asks, which may take some time.</summary>
    public Answer Answer => _answer.Value;

    /// <summary>Lets <paramref name="use"/> have a piece, which is given back when that is done.</summary>
    public async Task UseAsync(int piece, Func<RenderedPiece, Task> use)
    {
        Entry entry;
        lock (_lock)
        {
            entry = Find(piece);
            entry.Users++;
            for (var next = piece + 1; next <= piece + Ahead && next < Answer.Pieces; next++)
            {
                Find(next);
            }
            while (_kept.Count > MaxKept)
            {
                Drop(_kept.First().Key);
            }
        }
        try
        {
            await use(await entry.Rendering);
        }
        finally
        {
            lock (_lock)
            {
                Leave(entry);
            }
        }
    }

    /// <summary>Nobody gets it any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (var piece in _kept.Keys.ToList())
            {
                Drop(piece);
            }
        }
    }

    private Entry Find(int piece)
    {
        if (!_kept.TryGetValue(piece, out var entry))
        {
            _kept.Add(piece, entry = new Entry(RenderAsync(piece)));
        }
        return entry;
    }

    /// <summary>Never on the thread that asks: it may hold the lock.</summary>
    private Task<RenderedPiece> RenderAsync(int piece) =>
        back.RunAsync(() => Task.FromResult(RenderedPiece.Render(Answer, piece, gzip)));

    private void Drop(int piece)
    {
        _kept.Remove(piece, out var entry);
        Leave(entry!);
    }

    private static void Leave(Entry entry)
    {
        if (--entry.Users == 0)
        {
            // Memory of a piece that is still being rendered is given back when it is there.
            entry.Rendering.ContinueWith(static rendering => rendering.Result.Bytes.Dispose(), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
