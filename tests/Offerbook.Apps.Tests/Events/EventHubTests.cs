using System.Text;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Events;

namespace Offerbook.Apps.Tests.Events;

public sealed class EventHubTests
{
    [Test]
    [Category("case 194")]
    public async Task Listener_ThatReads_GetsEveryEventInOrder_HoweverManyComeAtOnce()
    {
        await using var hub = new EventHub(TimeProvider.System);
        var listener = new EventListener();
        hub.Attach(listener);
        const int Events = EventListener.Capacity * 4;
        for (var id = 1; id <= Events; id++)
        {
            hub.Publish(new PublishEvent(id, "t", "{}"));
        }
        var read = new List<long>();
        while (read.Count < Events)
        {
            var batch = await listener.Batches.ReadAsync(Limit());
            read.AddRange(batch.Frames.Select(frame => frame.Id));
            listener.Written(batch);
        }
        Assert.That(read, Is.EqualTo(Enumerable.Range(1, Events).Select(id => (long)id)));
    }

    [Test]
    [Category("case 194")]
    public async Task Listener_ThatReadsNothing_IsCutWhenMoreWouldWaitThanMay_AndNobodyElse()
    {
        await using var hub = new EventHub(TimeProvider.System);
        var (stalled, healthy) = (new EventListener(), new EventListener());
        hub.Attach(stalled);
        hub.Attach(healthy);
        var heard = 0;
        for (var id = 1; heard <= EventListener.Capacity; id++)
        {
            Assert.That(stalled.Batches.Completion.IsCompleted, Is.False);
            hub.Publish(new PublishEvent(id, "t", "{}"));
            while (heard < id)
            {
                var batch = await healthy.Batches.ReadAsync(Limit());
                heard += batch.Count;
                healthy.Written(batch);
            }
        }
        var left = 0;
        while (await stalled.Batches.WaitToReadAsync(Limit()))
        {
            left += stalled.Batches.TryRead(out var batch) ? batch.Count : 0;
        }
        Assert.That(left, Is.EqualTo(EventListener.Capacity));
    }

    [Test]
    public void Batch_OfSeveralEvents_IsTheirFramesOneAfterTheOther()
    {
        var batch =
            new EventBatch([new EventFrame(new PublishEvent(7, "a", """{"x":1}""")), new EventFrame(new PublishEvent(8, "b", "{}"))]);
        Assert.That(Encoding.UTF8.GetString(batch.Bytes.Span),
            Is.EqualTo("id: 7\r\nevent: a\r\ndata: {\"x\":1}\r\n\r\nid: 8\r\nevent: b\r\ndata: {}\r\n\r\n"));
    }

    [Test]
    public async Task Place_WhenThereAreTooManyStreams_IsRefused()
    {
        await using var hub = new EventHub(TimeProvider.System);
        for (var i = 0; i < EventHub.MaxListeners; i++)
        {
            Assert.That(hub.TryEnter(), Is.True);
        }
        Assert.That(hub.TryEnter(), Is.False);
        hub.Leave();
        Assert.That(hub.TryEnter(), Is.True);
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}
