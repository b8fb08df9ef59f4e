namespace Offerbook.Actors.Hosting;

/// <summary>What the collector tells of the heap at one moment, in bytes.</summary>
/// <param name="Allocated">Ever, by this process.</param>
/// <param name="Live">What was in use after the last full collection; 0 before the first.</param>
/// <param name="Committed">What the heap has of the system's memory.</param>
/// <param name="FullCollections">How many there were.</param>
public readonly record struct HeapReading(long Allocated, long Live, long Committed, long FullCollections);

public enum HeapStep
{
    /// <summary>The process is busy, in which the collector keeps itself going, or there is nothing to gain.</summary>
    None,

    /// <summary>A full collection beside the work: it finds what is garbage and holds nobody up.</summary>
    Collect,

    /// <summary>
    /// One that also moves things together and gives memory back to the system. It holds everybody up, so it is for small heaps.
    /// </summary>
    Compact,
}

/// <summary>
/// Says when a quiet process should collect. The collector runs when memory is asked for, so a process that was busy once and is
/// quiet now keeps all that it ever had: some hundred megabytes of garbage, for days.
/// </summary>
public sealed class HeapPolicy
{
    /// <summary>
    /// Allocated between two readings in a process that is quiet. A master that pings 1,000 agents allocates less than 1 MiB a second.
    /// </summary>
    public const long QuietBytes = 32L << 20;

    /// <summary>What is allocated since the last full collection and may be garbage, before it is worth a look.</summary>
    public const long WorthwhileBytes = 32L << 20;

    /// <summary>A heap of this size is moved together in some 30 ms.</summary>
    public const long SmallBytes = 64L << 20;

    /// <summary>
    /// Readings of quiet, 10 s each, after which pools of arrays let go of what the busy time left them: arrays that nobody asked for
    /// in a minute, when a full collection comes by. Until then the collector finds them in use, tens of megabytes of them.
    /// </summary>
    private const int PoolsLetGo = 7;

    private int _looksAgain;
    private long _allocated;
    private long _allocatedAtFull;
    private long _fullCollections;
    private long _compactedAt = -1;
    private bool _wasBusy;

    /// <param name="reading">Taken in equal intervals.</param>
    public HeapStep Decide(HeapReading reading)
    {
        var recent = reading.Allocated - _allocated;
        _allocated = reading.Allocated;
        if (reading.FullCollections != _fullCollections)
        {
            _fullCollections = reading.FullCollections;
            _allocatedAtFull = reading.Allocated - recent;
        }
        if (recent > QuietBytes)
        {
            _wasBusy = true;
            _looksAgain = 0;
            return HeapStep.None;
        }
        // What a collection beside the work found in use when there was much of it, garbage of that moment is a part of.
        if (_wasBusy || reading.Allocated - _allocatedAtFull > WorthwhileBytes)
        {
            _looksAgain = _wasBusy ? PoolsLetGo + 1 : _looksAgain;
            _wasBusy = false;
            _allocatedAtFull = reading.Allocated;
            return HeapStep.Collect;
        }
        // The first of the last two makes pools let go, the second finds what they let go of.
        if (_looksAgain > 0 && --_looksAgain <= 1)
        {
            _allocatedAtFull = reading.Allocated;
            return HeapStep.Collect;
        }
        if (reading.FullCollections == _compactedAt || reading.Live is 0 or > SmallBytes
            || reading.Committed <= (2 * reading.Live) + WorthwhileBytes)
        {
            return HeapStep.None;
        }
        _compactedAt = reading.FullCollections + 1; // The collection that follows is the one.
        return HeapStep.Compact;
    }
}
