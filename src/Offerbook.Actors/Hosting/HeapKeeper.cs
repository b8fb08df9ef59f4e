namespace Offerbook.Actors.Hosting;

/// <summary>Gives memory back that a quiet process no longer needs; <see cref="HeapPolicy"/> says when.</summary>
public sealed class HeapKeeper : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly HeapPolicy _policy = new();
    private readonly ITimer _timer;

    public HeapKeeper(TimeProvider time) => _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);

    public static HeapReading Read() =>
        new(GC.GetTotalAllocatedBytes(), Live(), GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, GC.CollectionCount(GC.MaxGeneration));

    public void Dispose() => _timer.Dispose();

    /// <summary>The newer of the last collection beside the work and the last one that stopped it.</summary>
    private static long Live()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        var last = background.Index > blocking.Index ? background : blocking;
        return Math.Max(0, last.HeapSizeBytes - last.FragmentedBytes);
    }

    private void Look()
    {
        switch (_policy.Decide(Read()))
        {
            case HeapStep.Collect:
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
                break;
            case HeapStep.Compact:
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                break;
        }
    }
}
