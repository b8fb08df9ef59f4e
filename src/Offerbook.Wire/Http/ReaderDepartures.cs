using System.Collections.Concurrent;

namespace Offerbook.Wire.Http;

/// <summary>
/// Where streams end whose readers have left. When thousands leave at once, as agents do when their master's network breaks, what
/// the server has to do for each (40 to 100 µs: the end of the request, closing the connection) would stand in the thread pool before
/// everybody's calls. So one thread does it, stream after stream, and shares the processors with the pool like any other.
/// </summary>
internal sealed class ReaderDepartures
{
    public const string ThreadName = "stream ends";

    /// <summary>Never more than there are streams: each departs once.</summary>
    private readonly BlockingCollection<StreamPace> _leaving = [];

    private ReaderDepartures()
    {
        new Thread(Run) { IsBackground = true, Name = ThreadName }.Start();
    }

    /// <summary>The one of this process.</summary>
    public static ReaderDepartures Shared { get; } = new();

    public void Add(StreamPace stream) => _leaving.Add(stream);

    private void Run()
    {
        foreach (var stream in _leaving.GetConsumingEnumerable())
        {
            stream.EndForReader();
        }
    }
}
