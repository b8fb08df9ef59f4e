using Mesos.V1.Scheduler;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

[CancelAfter(20_000)]
public sealed class StreamingClientTests
{
    private static readonly Call s_revive = new() { Type = Call.Types.Type.Revive };

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Call_Posted_ArrivesWithItsHeaders(MessageFormat format, CancellationToken cancellation)
    {
        RequestMessage<Call> received = default;
        string? streamId = null;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            streamId = context.Request.Headers["Mesos-Stream-Id"];
            received = await context.Request.ReadMessageAsync<Call>();
            await context.Response.WriteTextAsync(202, "");
        });
        using var client = new StreamingClient();

        var answer = await client.PostAsync(
            server.Address, s_revive, format, [new("Mesos-Stream-Id", "abc")], cancellation);

        Assert.That(answer.Status, Is.EqualTo(202));
        Assert.That(answer.IsSuccess);
        Assert.That(received.Message, Is.EqualTo(s_revive));
        Assert.That(received.Format, Is.EqualTo(format));
        Assert.That(streamId, Is.EqualTo("abc"));
    }

    [Test]
    public async Task Call_Refused_SaysWhy(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
            context.Response.RefuseAsync(new HttpRefusal(403, "Framework is not subscribed")));
        using var client = new StreamingClient();

        var answer = await client.PostAsync(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);
        var (stream, opening) = await client.OpenAsync<Event>(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);

        Assert.That(answer.Status, Is.EqualTo(403));
        Assert.That(answer.Reason, Is.EqualTo("Framework is not subscribed"));
        Assert.That(stream, Is.Null);
        Assert.That(opening.Reason, Is.EqualTo("Framework is not subscribed"));
    }

    [Test]
    public async Task Redirect_WithoutScheme_IsReportedAsAWholeAddress(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Headers.Location = "//10.0.0.1:5050/api/v1/scheduler";
            context.Response.StatusCode = 307;
            return Task.CompletedTask;
        });
        using var client = new StreamingClient();

        var (stream, answer) = await client.OpenAsync<Event>(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);

        Assert.That(stream, Is.Null);
        Assert.That(answer.Redirect, Is.EqualTo(new Uri("http://10.0.0.1:5050/api/v1/scheduler")));
    }

    [Test]
    public async Task Server_NotThere_IsAnAnswerWithoutStatus(CancellationToken cancellation)
    {
        Uri address;
        await using (var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask))
        {
            address = server.Address;
        }
        using var client = new StreamingClient();

        var answer = await client.PostAsync(address, s_revive, MessageFormat.Json, cancellation: cancellation);

        Assert.That(answer.Status, Is.Null);
        Assert.That(answer.Reason, Does.StartWith($"No answer came from {address}"));
    }

    [Test]
    public async Task Server_Silent_IsGivenUpAfterTheTimeout(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ContinueWith(static _ => { }, TaskScheduler.Default));
        using var client = new StreamingClient(StreamingClientOptions.Default with { AnswerTimeout = TimeSpan.FromMilliseconds(50) });

        var (_, answer) = await client.OpenAsync<Event>(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);

        Assert.That(answer.Reason, Is.EqualTo($"No answer came from {server.Address} in time."));
    }

    [TestCase("x\n", "A record length must be decimal digits, but has the byte 0x78.")]
    [TestCase("5\n{}", "The stream ended inside a record, with 4 bytes of it received.")]
    [TestCase("4\n{}]]", "An event could not be read: Parsed JSON included non-whitespace trailing characters: ]]")]
    public async Task Stream_OfRubbish_EndsWithTheReason(string body, string reason, CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.Json;
            return context.Response.WriteAsync(body);
        });
        using var client = new StreamingClient();
        var (stream, _) = await client.OpenAsync<Event>(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);

        var end = await stream!.ReadAllAsync(_ => ValueTask.CompletedTask, cancellation);

        Assert.That(end, Is.EqualTo(reason));
    }

    [Test]
    public async Task Stream_OfAnotherType_IsRefused(CancellationToken cancellation)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>");
        });
        using var client = new StreamingClient();

        var (stream, answer) = await client.OpenAsync<Event>(server.Address, s_revive, MessageFormat.Json, cancellation: cancellation);

        Assert.That(stream, Is.Null);
        Assert.That(answer.Reason,
            Is.EqualTo($"{server.Address} answered with 'text/html' where a stream of 'application/json' was asked for."));
    }
}
