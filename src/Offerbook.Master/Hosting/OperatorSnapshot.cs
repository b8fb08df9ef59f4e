using Offerbook.Master.Http;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire;
using Offerbook.Wire.Streaming;

namespace Offerbook.Master.Hosting;

/// <summary>
/// The SUBSCRIBED event of all operators who came at the same time: rendered once a format, off the core, and only if somebody wants it.
/// </summary>
internal sealed class OperatorSnapshot(MasterView view)
{
    private readonly Lazy<Task<ReadOnlyMemory<byte>>>[] _frames =
        [.. Enum.GetValues<MessageFormat>().Select(format =>
            new Lazy<Task<ReadOnlyMemory<byte>>>(() => Task.Run(() => Render(view, format))))];

    public MasterView View => view;

    /// <summary>The record, header included.</summary>
    public Task<ReadOnlyMemory<byte>> FrameAsync(MessageFormat format) => _frames[(int)format].Value;

    private static ReadOnlyMemory<byte> Render(MasterView view, MessageFormat format)
    {
        var subscribed = new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.Subscribed,
            Subscribed = new()
            {
                GetState = OperatorReads.State(view),
                HeartbeatIntervalSeconds = view.Settings.HeartbeatInterval.TotalSeconds,
            },
        };
        var record = format == MessageFormat.Json ? OperatorJson.ToUtf8(subscribed.Subscribed) : MessageCodec.ToBytes(subscribed, format);
        return RecordIoEncoder.Frame(record.Span);
    }
}
