using System.Threading.Channels;
using Mesos.V1.Agent;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// What waits for one who reads a container's output: at most 64 records of at most 16 KiB. When they are too slow, the output
/// waits for the one who began the session, as it would for a terminal; others are cut.
/// </summary>
internal sealed class OutputReader(bool isWaitedFor)
{
    private const int MaxWaiting = 64;

    private readonly Channel<EncodedEvent<ProcessIO>> _records = Channel.CreateBounded<EncodedEvent<ProcessIO>>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly CancellationTokenSource _stopWaiting = new();

    /// <summary>Whether records were lost, because the reader was too slow.</summary>
    public bool WasCut { get; private set; }

    public ChannelReader<EncodedEvent<ProcessIO>> Records => _records.Reader;

    /// <returns>False when the reader has left, or is too slow.</returns>
    public async ValueTask<bool> SendAsync(EncodedEvent<ProcessIO> record)
    {
        if (_records.Writer.TryWrite(record))
        {
            return true;
        }
        try
        {
            if (isWaitedFor)
            {
                await _records.Writer.WriteAsync(record, _stopWaiting.Token);
                return true;
            }
        }
        catch (Exception fault) when (fault is ChannelClosedException or OperationCanceledException)
        {
            return false;
        }
        WasCut = true;
        return false;
    }

    /// <summary>Says something to a reader that is not behind. Whoever is behind sees by other records that the stream lives.</summary>
    public void TrySay(EncodedEvent<ProcessIO> record) => _records.Writer.TryWrite(record);

    /// <summary>What was sent arrives, and then the stream ends.</summary>
    public void End() => _records.Writer.TryComplete();

    public void Cut() => _records.Writer.TryComplete();

    public void StopWaiting() => _stopWaiting.Cancel();
}
