using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Master.Http.Reads;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Tests.Http.Reads;

/// <summary>Answers made of pieces, apart from any server.</summary>
internal sealed class AnswerTests
{
    /// <summary>As many pieces as texts.</summary>
    private sealed class Texts(params string[] texts) : Answer("text/plain")
    {
        private int _rendered;

        /// <summary>How often a piece was rendered.</summary>
        public int Rendered => _rendered;

        public override int Pieces => texts.Length;

        public override void Write(int piece, PieceBuffer output)
        {
            Interlocked.Increment(ref _rendered);
            output.Append(Encoding.UTF8.GetBytes(texts[piece]));
        }
    }

    [Test]
    public void Crc_OfJoinedTexts_IsThatOfTheWhole()
    {
        Assert.That(Crc32.Of("123456789"u8), Is.EqualTo(0xCBF43926), "the check value of the standard");
        var random = new SeededRandom(7);
        for (var run = 0; run < 200; run++)
        {
            var text = new byte[random.Next(3000)];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (byte)random.Next(256);
            }
            var cut = random.Next(text.Length + 1);
            var joined = Crc32.Join(Crc32.Of(text.AsSpan(0, cut)), Crc32.Of(text.AsSpan(cut)), text.Length - cut);
            Assert.That(joined, Is.EqualTo(Crc32.Of(text)));
        }
    }

    [Test]
    public void Pieces_PackedApart_AreOneGzipStream()
    {
        var texts = Enumerable.Range(0, 50).Select(i => new string((char)('a' + i % 26), 1 + i * 37)).ToArray();
        var answer = new Texts(texts);
        var stream = new MemoryStream();
        stream.Write(GzipPieces.Header);
        var (crc, length) = (0u, 0L);
        for (var i = 0; i < texts.Length; i++)
        {
            var piece = RenderedPiece.Render(answer, i, gzip: true);
            stream.Write(piece.Bytes.WrittenSpan);
            crc = Crc32.Join(crc, piece.Crc, piece.RawLength);
            length += piece.RawLength;
        }
        stream.Write(GzipPieces.Trailer(crc, length));
        stream.Position = 0;
        using var unpacked = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        Assert.That(unpacked.ReadToEnd(), Is.EqualTo(string.Concat(texts)));
    }

    [Test]
    public void Piece_ThatIsAShortBody_IsNotPacked()
    {
        Assert.That(RenderedPiece.Render(new Texts("short"), 0, gzip: true).IsPacked, Is.False);
        Assert.That(RenderedPiece.Render(new Texts(new string('x', 1024)), 0, gzip: true).IsPacked, Is.True);
    }

    [Test]
    public async Task Readers_WhoGoTogether_ShareTheWork_AndOneWhoLagsGetsHisOwn()
    {
        var texts = Enumerable.Range(0, 40).Select(i => i.ToString("D3")).ToArray();
        var answer = new Texts(texts);
        using var back = new BackThreads("reads", 1);
        var shared = new SharedAnswer(() => answer, gzip: false, back);
        var (first, second, late) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var i = 0; i < texts.Length; i++)
        {
            await Read(first, i);
            await Read(second, i);
        }
        Assert.That(answer.Rendered, Is.EqualTo(texts.Length), "each piece once for both");
        for (var i = 0; i < texts.Length; i++)
        {
            await Read(late, i);
        }
        shared.Close();
        Assert.That(first.ToString(), Is.EqualTo(string.Concat(texts)));
        Assert.That(second.ToString(), Is.EqualTo(string.Concat(texts)));
        Assert.That(late.ToString(), Is.EqualTo(string.Concat(texts)));
        Assert.That(answer.Rendered, Is.GreaterThan(texts.Length), "what was forgotten is rendered again");

        Task Read(StringBuilder text, int piece) => shared.UseAsync(piece, rendered =>
        {
            text.Append(Encoding.UTF8.GetString(rendered.Bytes.WrittenSpan));
            return Task.CompletedTask;
        });
    }

    [TestCase("show", true)]
    [TestCase("angular.callbacks._0", true)]
    [TestCase("jQuery12345_67890", true)]
    [TestCase("a(b)", false)]
    [TestCase("alert(1)//", false)]
    [TestCase("x;y", false)]
    public void Callback_MustBeAName(string callback, bool valid) => Assert.That(Jsonp.IsName(callback), Is.EqualTo(valid));

    [Test]
    public void Protobuf_InPieces_IsTheWholeMessage()
    {
        var list = Offerbook.Master.Operator.Views.Blocks.BlockList<Mesos.V1.TaskID>.Of(
            Enumerable.Range(0, 5000).Select(i => new Mesos.V1.TaskID { Value = new string('t', i % 40) + i }));
        var answer = new ProtobufAnswer()
            .Fields(new Mesos.V1.Master.Response { Type = Mesos.V1.Master.Response.Types.Type.GetRoles })
            .Message(13, inner => inner.Message(1, deep => deep.Each(3, list, static id => id)).Message(1, static _ => { }))
            .Measured(2);
        Assert.That(answer.Pieces, Is.GreaterThan(1));
        var bytes = new MemoryStream();
        for (var i = 0; i < answer.Pieces; i++)
        {
            using var piece = new PieceBuffer();
            answer.Write(i, piece);
            bytes.Write(piece.WrittenSpan);
        }
        var expected = new CodedOutput().Message(1, list.Select(id => id.ToByteArray()));
        Assert.That(bytes.ToArray().AsSpan(2).ToArray(), Is.EqualTo(expected));
    }

    /// <summary>The same message by hand: field 13 holding field 1 with the ids as field 3, and an empty field 1.</summary>
    private sealed class CodedOutput
    {
        public byte[] Message(int _, IEnumerable<byte[]> ids)
        {
            var inner = Field(1, [.. ids.SelectMany(id => Field(3, id))]);
            return Field(13, [.. inner, .. Field(1, [])]);
        }

        private static byte[] Field(int number, byte[] content)
        {
            var stream = new MemoryStream();
            var output = new CodedOutputStream(stream);
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
            output.Flush();
            return stream.ToArray();
        }
    }
}
