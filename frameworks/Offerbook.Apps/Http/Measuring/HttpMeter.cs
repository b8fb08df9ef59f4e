namespace Offerbook.Apps.Http.Measuring;

/// <summary>Counts what is asked and answered. Safe to use from several threads.</summary>
internal sealed class HttpMeter(TimeProvider time)
{
    private const int Classes = 6;

    private readonly RateMeter[] _responses = Enumerable.Range(0, Classes).Select(_ => new RateMeter(time)).ToArray();
    private readonly Dictionary<string, RequestTimes> _times = new(StringComparer.Ordinal)
    {
        [""] = new RequestTimes(time),
        ["GET"] = new RequestTimes(time),
        ["POST"] = new RequestTimes(time),
        ["PUT"] = new RequestTimes(time),
        ["DELETE"] = new RequestTimes(time),
    };
    private long _active;
    private long _requestBytes;
    private long _responseBytes;
    private long _gzippedBytes;
    private long _streamBytes;

    public long Active => Interlocked.Read(ref _active);

    public long RequestBytes => Interlocked.Read(ref _requestBytes);

    public long ResponseBytes => Interlocked.Read(ref _responseBytes);

    public long GzippedBytes => Interlocked.Read(ref _gzippedBytes);

    public long StreamBytes => Interlocked.Read(ref _streamBytes);

    /// <summary>Answers with 100 × the index to 99 more.</summary>
    public IReadOnlyList<Rates> Responses => _responses.Select(rate => rate.Read()).ToList();

    /// <summary>By method; the empty one is all of them.</summary>
    public IReadOnlyDictionary<string, RequestTimes> Times => _times;

    /// <returns>What <see cref="Ended"/> takes.</returns>
    public long Began(long? bodyBytes)
    {
        Interlocked.Increment(ref _active);
        Interlocked.Add(ref _requestBytes, bodyBytes ?? 0);
        return time.GetTimestamp();
    }

    public void Ended(long began, string method, int status)
    {
        Interlocked.Decrement(ref _active);
        _responses[Math.Clamp(status / 100, 0, Classes - 1)].Mark();
        var elapsed = time.GetElapsedTime(began);
        _times[""].Add(elapsed);
        if (_times.TryGetValue(method, out var times))
        {
            times.Add(elapsed);
        }
    }

    public void Sent(long bytes, bool gzipped) => Interlocked.Add(ref gzipped ? ref _gzippedBytes : ref _responseBytes, bytes);

    public void Streamed(long bytes) => Interlocked.Add(ref _streamBytes, bytes);
}
