using System.Net.Sockets;
using System.Text;
using Mesos.V1.Scheduler;
using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

[CancelAfter(20_000)]
public sealed class EventStreamTests
{
    private static readonly Event s_heartbeat = new() { Type = Event.Types.Type.Heartbeat };

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Events_SentFromElsewhere_ArriveInOrderUntilTheStreamIsClosed(MessageFormat format, CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, format, StreamBounds.Default);
            context.Response.Headers["Mesos-Stream-Id"] = "abc";
            var running = stream.RunAsync();
            for (var i = 0; i < 1000; i++)
            {
                stream.TrySend(Error(i));
            }
            stream.Close();
            await running;
        });
        using var client = new StreamingClient();
        var (stream, answer) = await client.OpenAsync<Event>(server.Address, new Call(), format, cancellation: cancellation);
        using var _ = stream;
        var seen = new List<string>();

        var end = await stream!.ReadAllAsync(e =>
        {
            seen.Add(e.Error.Message);
            return ValueTask.CompletedTask;
        }, cancellation);

        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(stream.Header("Mesos-Stream-Id"), Is.EqualTo("abc"));
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 1000).Select(i => $"{i}")));
        Assert.That(end, Is.EqualTo("The server closed the stream."));
    }

    [Test]
    public async Task Answer_ToConnectionClose_IsStillChunked(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, MessageFormat.Json, StreamBounds.Default);
            stream.TrySend(s_heartbeat);
            stream.Close();
            await stream.RunAsync();
        });
        using var socket = new TcpClient("127.0.0.1", server.Address.Port);
        await socket.GetStream().WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
            cancellation);

        var answer = await new StreamReader(socket.GetStream()).ReadToEndAsync(cancellation);

        Assert.That(answer, Does.Contain("Transfer-Encoding: chunked\r\n"));
        Assert.That(answer, Does.EndWith("\r\n\r\n17\r\n20\n{\"type\":\"HEARTBEAT\"}\r\n0\r\n\r\n"));
    }

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task List_LongerThanTheBounds_ArrivesWholeAndInOrder(MessageFormat format, CancellationToken cancellation)
    {
        const int Listed = 20_000;
        var bounds = new StreamBounds(1024 * 1024, 10, TimeSpan.FromSeconds(20));
        var ended = new TaskCompletionSource<StreamEnd>();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, format, bounds);
            stream.TrySend(Error(-1));
            stream.TrySend(Enumerable.Range(0, Listed).Select(i => Error(i)).ToList());
            stream.TrySend(Array.Empty<Event>());
            stream.TrySend(Error(Listed));
            var running = stream.RunAsync();
            stream.Close();
            ended.SetResult(await running);
        });
        using var client = new StreamingClient();
        var (stream, _) = await client.OpenAsync<Event>(server.Address, new Call(), format, cancellation: cancellation);
        using var _ = stream;
        var seen = new List<string>();

        await stream!.ReadAllAsync(e =>
        {
            seen.Add(e.Error.Message);
            return ValueTask.CompletedTask;
        }, cancellation);

        Assert.That(seen, Is.EqualTo(Enumerable.Range(-1, Listed + 2).Select(i => $"{i}")));
        Assert.That(await ended.Task, Is.EqualTo(StreamEnd.Closed));
    }

    [Test]
    public async Task Lists_OfReaderWhoDoesNotRead_FillTheBoundsToo(CancellationToken cancellation)
    {
        var sent = new TaskCompletionSource<int>();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            // Before anybody could read: each list of a thousand counts 16,000 bytes.
            var stream = new EventStream<Event>(context, MessageFormat.Protobuf, new StreamBounds(160_000, 1_000, TimeSpan.FromSeconds(5)));
            var list = Enumerable.Range(0, 1_000).Select(i => Error(i)).ToList();
            var lists = 0;
            while (stream.TrySend(list))
            {
                lists++;
            }
            sent.SetResult(lists);
            await stream.RunAsync();
        });
        using var client = new StreamingClient();

        using var stream = (await client.OpenAsync<Event>(server.Address, new Call(), MessageFormat.Protobuf, cancellation: cancellation))
            .Stream;

        Assert.That(await sent.Task, Is.EqualTo(10));
    }

    [Test]
    public async Task Reader_WhoDoesNotRead_IsCutAndNeverWaitedFor(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource<StreamEnd>();
        var bounds = new StreamBounds(256 * 1024, 1000, TimeSpan.FromSeconds(5));
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, MessageFormat.Json, bounds);
            var running = stream.RunAsync();
            var shared = new EncodedEvent<Event>(Error(new string('x', 10_000)));
            // More than any socket buffer holds; each send returns at once.
            for (var i = 0; i < 100_000 && stream.TrySend(shared); i++)
            {
            }
            ended.SetResult(await running);
        });
        using var socket = new TcpClient("127.0.0.1", server.Address.Port);
        await socket.GetStream().WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellation);

        Assert.That(await ended.Task.WaitAsync(cancellation), Is.EqualTo(StreamEnd.ReaderTooSlow));
    }

    [Test]
    public async Task Reader_WhoDoesNotReadWhileWeClose_IsCutAfterTheGrace(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource<StreamEnd>();
        var bounds = new StreamBounds(1L << 30, 1000, TimeSpan.FromMilliseconds(50));
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, MessageFormat.Json, bounds);
            stream.TrySend(Error(new string('x', 32 * 1024 * 1024)));
            var running = stream.RunAsync();
            stream.Close();
            ended.SetResult(await running);
        });
        using var socket = new TcpClient("127.0.0.1", server.Address.Port);
        await socket.GetStream().WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellation);

        Assert.That(await ended.Task.WaitAsync(cancellation), Is.EqualTo(StreamEnd.ReaderTooSlow));
    }

    [Test]
    public async Task Reader_WhoLeaves_EndsTheStream(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource<StreamEnd>();
        await using var server = await LoopbackServer.StartAsync(async context =>
            ended.SetResult(await new EventStream<Event>(context, MessageFormat.Json, StreamBounds.Default).RunAsync()));
        using var client = new StreamingClient();
        var (stream, _) = await client.OpenAsync<Event>(server.Address, new Call(), MessageFormat.Json, cancellation: cancellation);

        stream!.Dispose();

        Assert.That(await ended.Task.WaitAsync(cancellation), Is.EqualTo(StreamEnd.ReaderLeft));
    }

    [Test]
    public async Task Event_LargerThanTheBound_ReachesAReaderThatKeepsUp(CancellationToken cancellation)
    {
        var text = new string('x', 3 * 1024 * 1024);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var stream = new EventStream<Event>(context, MessageFormat.Protobuf, new StreamBounds(1024, 10, TimeSpan.FromSeconds(5)));
            stream.TrySend(Error(text));
            stream.Close();
            await stream.RunAsync();
        });
        using var client = new StreamingClient();
        var (stream, _) = await client.OpenAsync<Event>(server.Address, new Call(), MessageFormat.Protobuf, cancellation: cancellation);
        var lengths = new List<int>();

        await stream!.ReadAllAsync(e =>
        {
            lengths.Add(e.Error.Message.Length);
            return ValueTask.CompletedTask;
        }, cancellation);

        Assert.That(lengths, Is.EqualTo(new[] { text.Length }));
    }

    [Test]
    public void EncodedEvent_AskedTwice_GivesTheSameBytes()
    {
        var encoded = new EncodedEvent<Event>(s_heartbeat);

        var first = encoded.Frame(MessageFormat.Json);
        var second = encoded.Frame(MessageFormat.Json);

        Assert.That(Encoding.UTF8.GetString(first.Span), Is.EqualTo("20\n{\"type\":\"HEARTBEAT\"}"));
        Assert.That(first.Span.Overlaps(second.Span), "encoded twice");
        Assert.That(encoded.Frame(MessageFormat.Protobuf).ToArray(), Is.EqualTo(new byte[] { (byte)'2', (byte)'\n', 8, 8 }));
    }

    private static Event Error(object message) =>
        new() { Type = Event.Types.Type.Error, Error = new Event.Types.Error { Message = $"{message}" } };
}
