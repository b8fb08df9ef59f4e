using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mesos.V1.Scheduler;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

/// <summary>What a v1 endpoint answers to bodies that are not calls, seen from the client's side.</summary>
[CancelAfter(20_000)]
public sealed class RequestTests
{
    private const int MaxBytes = 1000;

    private LoopbackServer _server = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await LoopbackServer.StartAsync(async context =>
        {
            var read = await context.Request.ReadMessageAsync<Call>(maxBytes: MaxBytes);
            if (read.TryGet(out var call, out var refusal))
            {
                await context.WriteMessageAsync(call, read.Format);
            }
            else
            {
                await context.Response.RefuseAsync(refusal);
            }
        });
        _client = new HttpClient { BaseAddress = _server.Address };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [TestCase(null, "{}", 400, "Expecting 'Content-Type' to be present")]
    [TestCase("text/plain", "{}", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("application/json; charset=utf-8", "{}", 200, "{}")]
    [TestCase("application/jsonp", "{}", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("text/json; x=json", "{}", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("application/json", "{nope", 400, "Failed to parse body into JSON: syntax error at line 1 near: nope")]
    [TestCase("application/json", "", 400, "Failed to parse body into JSON: syntax error at line 1 near: ")]
    [TestCase("application/json", "{\"kill\":{}}", 400, "Failed to convert JSON into Call protobuf: Missing required fields: kill.task_id")]
    [TestCase("application/x-protobuf", "rubbish", 400, "Failed to parse body into Call protobuf")]
    [TestCase("application/x-protobuf", "\u0032\u0000", 400, "Failed to parse body into Call protobuf")]
    public async Task Body_ByTypeAndContent_IsTakenOrRefused(string? contentType, string body, int status, string text,
        CancellationToken cancellation)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);

        var (actual, actualText) = await PostAsync(content, cancellation);

        Assert.That((actual, actualText), Is.EqualTo((status, text)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Body_TooLong_Is413WithItsBound(bool chunked, CancellationToken cancellation)
    {
        var content = Json(new string(' ', MaxBytes) + "{}");

        var (status, text) = await PostAsync(content, cancellation, chunked);

        Assert.That((status, text), Is.EqualTo((413, "The body is longer than the 1000 bytes allowed here. Split the request.")));
    }

    [Test]
    public async Task Body_Chunked_IsRead(CancellationToken cancellation)
    {
        var (status, text) = await PostAsync(Json("{\"type\":\"REVIVE\"}"), cancellation, chunked: true);

        Assert.That((status, text), Is.EqualTo((200, "{\"type\":\"REVIVE\"}")));
    }

    [Test]
    public async Task Body_Gzip_IsUnpacked(CancellationToken cancellation)
    {
        var (status, text) = await PostAsync(Gzip("{\"type\":\"REVIVE\"}"), cancellation);

        Assert.That((status, text), Is.EqualTo((200, "{\"type\":\"REVIVE\"}")));
    }

    [Test]
    public async Task Body_GzipThatUnpacksToTooMuch_Is413(CancellationToken cancellation)
    {
        var (status, _) = await PostAsync(Gzip(new string(' ', 1_000_000)), cancellation);

        Assert.That(status, Is.EqualTo(413));
    }

    [Test]
    public async Task Body_NotGzipAlthoughItSaysSo_Is400(CancellationToken cancellation)
    {
        var content = Json("{}");
        content.Headers.ContentEncoding.Add("gzip");

        var (status, text) = await PostAsync(content, cancellation);

        Assert.That(status, Is.EqualTo(400));
        Assert.That(text, Does.StartWith("The body says Content-Encoding 'gzip' but cannot be unpacked"));
    }

    [Test]
    public async Task Body_InAnotherEncoding_Is415(CancellationToken cancellation)
    {
        var content = Json("{}");
        content.Headers.ContentEncoding.Add("br");

        var (status, text) = await PostAsync(content, cancellation);

        Assert.That((status, text), Is.EqualTo((415, "The body has Content-Encoding 'br'; send it plain or as gzip.")));
    }

    [Test]
    public async Task Answer_LongEnough_IsGzipOnlyForThoseWhoTakeIt(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context => context.WriteBytesAsync(new byte[2000], "application/json"));
        using var client = new HttpClient { BaseAddress = server.Address };

        using var plain = await client.GetAsync((Uri?)null, cancellation);
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("deflate, gzip;q=1.0");
        using var packed = await client.GetAsync((Uri?)null, cancellation);

        Assert.That(plain.Content.Headers.ContentLength, Is.EqualTo(2000));
        Assert.That(packed.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        await using var unpacked = new GZipStream(await packed.Content.ReadAsStreamAsync(cancellation), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        await unpacked.CopyToAsync(bytes, cancellation);
        Assert.That(bytes.ToArray(), Is.EqualTo(new byte[2000]));
    }

    [Test]
    public async Task Method_NotTaken_Is405WithAllow(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context => context.RefuseMethodAsync("POST"));
        using var client = new HttpClient();

        using var answer = await client.GetAsync(server.Address, cancellation);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(answer.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
        Assert.That(await answer.Content.ReadAsStringAsync(cancellation),
            Is.EqualTo("405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."));
        Assert.That($"{answer.Content.Headers.ContentType}", Is.EqualTo("text/plain; charset=utf-8"));
    }

    private static ByteArrayContent Json(string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static ByteArrayContent Gzip(string body)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(body));
        }
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    [TestCase("ffffffffffffffff")]
    [TestCase("zz")]
    public async Task Body_WithAChunkOfNoSize_Is400(string size, CancellationToken cancellation)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(_server.Address.Host, _server.Address.Port, cancellation);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nabc\r\n"),
                cancellation);
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);

        Assert.That(await reader.ReadLineAsync(cancellation), Is.EqualTo("HTTP/1.1 400 Bad Request"));
    }

    private async Task<(int Status, string Text)> PostAsync(HttpContent content, CancellationToken cancellation, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await _client.SendAsync(request, cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }
}
