using System.Buffers;
using System.Text;
using FsCheck;
using Offerbook.Wire.Streaming;

namespace Offerbook.Wire.Tests.Streaming;

public sealed class SseTests
{
    [Test]
    public void Frame_Written_IsWhatMarathonClientsMatch()
    {
        var output = new ArrayBufferWriter<byte>();

        SseFrame.Write("deployment_info", """{"eventType":"deployment_info"}"""u8, output);

        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan),
            Is.EqualTo("event: deployment_info\r\ndata: {\"eventType\":\"deployment_info\"}\r\n\r\n"));
    }

    [Test]
    public void Frame_WithIdAndLines_HasALineForEach()
    {
        var output = new ArrayBufferWriter<byte>();

        SseFrame.Write("e", "a\nb\r\nc\r"u8, output, "7");

        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan),
            Is.EqualTo("id: 7\r\nevent: e\r\ndata: a\r\ndata: b\r\ndata: c\r\ndata: \r\n\r\n"));
    }

    [Test]
    public void Frame_TypeWithLineEnd_IsABug()
    {
        Assert.That(() => SseFrame.Write("a\nb", default, new ArrayBufferWriter<byte>()), Throws.ArgumentException);
    }

    [Property]
    public void Events_InPiecesOfAnySize_AreTakenApartAgain(NonNull<string>[] texts, PositiveInt[] pieces)
    {
        // What UTF-8 cannot hold, and line ends, which all become one.
        var data = texts.Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t.Get))).ToList();
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < data.Count; i++)
        {
            SseFrame.Write($"type{i}", Encoding.UTF8.GetBytes(data[i]), output, $"{i}");
            output.Write(SseFrame.KeepAlive);
        }

        var seen = Parse(output.WrittenMemory, pieces);

        Assert.That(seen, Is.EqualTo(data.Select((text, i) =>
            new SseEvent($"type{i}", text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), $"{i}"))));
    }

    [TestCase("data: a\n\n", "message|a|")]
    [TestCase("data:a\r\rdata:  b\r\r", "message|a|;message| b|")]
    [TestCase("event: x\nid: 1\ndata: a\n\ndata: b\n\n", "x|a|1;message|b|1")]
    [TestCase(": comment\nretry: 5\nunknown: x\ndata\n\n", "message||")]
    [TestCase("event: x\n\ndata: a\n\n", "message|a|")]
    [TestCase("\uFEFFdata: a\n\n", "message|a|")]
    [TestCase("\r\n\r\ndata: a\n\n\r\n", "message|a|")]
    [TestCase("data: a\n", "")]
    public void Stream_Parsed_FollowsTheStandard(string stream, string expected)
    {
        var seen = Parse(Encoding.UTF8.GetBytes(stream), []);

        Assert.That(string.Join(";", seen.Select(e => $"{e.Type}|{e.Data}|{e.LastEventId}")), Is.EqualTo(expected));
    }

    [Property]
    public void Rubbish_NeverThrows(byte[] rubbish, PositiveInt[] pieces)
    {
        Assert.That(Parse(rubbish, pieces), Is.Not.Null);
    }

    [Test]
    public void Event_BeyondTheBound_FailsForGood()
    {
        var parser = new SseParser(maxEventBytes: 20);
        parser.Append("data: 1234567890\n\n"u8);
        parser.Append("data: 12345\ndata: 12345\n\n"u8);
        parser.Append("data: x\n\n"u8);

        Assert.That(parser.TryRead(out var first) ? first.Data : null, Is.EqualTo("1234567890"));
        Assert.That(parser.TryRead(out _), Is.False);
        Assert.That(parser.Failure, Is.EqualTo("An event is longer than the 20 bytes allowed here."));
    }

    private static List<SseEvent> Parse(ReadOnlyMemory<byte> stream, PositiveInt[] pieces)
    {
        var parser = new SseParser();
        var seen = new List<SseEvent>();
        foreach (var piece in Pieces.Of(stream, pieces))
        {
            parser.Append(piece.Span);
            while (parser.TryRead(out var next))
            {
                seen.Add(next);
            }
        }
        return seen;
    }
}
