using System.Buffers;
using System.Text;
using FsCheck;
using Offerbook.Wire.Streaming;

namespace Offerbook.Wire.Tests.Streaming;

public sealed class RecordIoTests
{
    [Property]
    public void Records_InPiecesOfAnySize_AreTakenApartAgain(byte[][] records, PositiveInt[] pieces)
    {
        var stream = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            RecordIoEncoder.Write(record, stream);
        }

        var decoder = new RecordIoDecoder();
        var seen = new List<byte[]>();
        foreach (var piece in Pieces.Of(stream.WrittenMemory, pieces))
        {
            decoder.Append(piece.Span);
            while (decoder.TryRead(out var record))
            {
                seen.Add(record.ToArray());
            }
        }

        Assert.That(seen, Is.EqualTo(records));
        Assert.That(decoder.Complete());
    }

    [Property]
    public void Rubbish_NeverThrows(byte[] rubbish, PositiveInt[] pieces)
    {
        var decoder = new RecordIoDecoder(100);

        foreach (var piece in Pieces.Of(rubbish, pieces))
        {
            decoder.Append(piece.Span);
            while (decoder.TryRead(out _))
            {
            }
        }

        Assert.That(decoder.Complete(), Is.EqualTo(decoder.Failure is null));
    }

    [TestCase("2\n{}0\n3\nabc", new[] { "{}", "", "abc" })]
    [TestCase("02\n{}", new[] { "{}" })]
    [TestCase("3\n€", new[] { "€" })]
    public void Stream_WellFormed_GivesItsRecords(string stream, string[] expected)
    {
        Assert.That(Decode(stream, out _), Is.EqualTo(expected));
    }

    [TestCase("x", "A record length must be decimal digits, but has the byte 0x78.")]
    [TestCase("-1\n", "A record length must be decimal digits, but has the byte 0x2d.")]
    [TestCase("1 \na", "A record length must be decimal digits, but has the byte 0x20.")]
    [TestCase("\n", "A record length is empty.")]
    [TestCase("101\n", "A record of 101 bytes or more is longer than the 100 bytes allowed here.")]
    [TestCase("999", "A record of 999 bytes or more is longer than the 100 bytes allowed here.")]
    [TestCase("00000000001", "A record of 1 bytes or more is longer than the 100 bytes allowed here.")]
    public void Stream_Faulty_FailsForGood(string stream, string failure)
    {
        var decoder = new RecordIoDecoder(100);
        decoder.Append("2\n{}"u8);
        decoder.Append(Encoding.UTF8.GetBytes(stream));

        Assert.That(decoder.TryRead(out _), "the record before the fault is good");
        Assert.That(decoder.TryRead(out _), Is.False);
        Assert.That(decoder.Failure, Is.EqualTo(failure));
        decoder.Append("2\n{}"u8);
        Assert.That(decoder.TryRead(out _), Is.False);
        Assert.That(decoder.Complete(), Is.False);
    }

    [Test]
    public void Stream_EndingInsideARecord_IsNotWhole()
    {
        Decode("5\nab", out var decoder);

        Assert.That(decoder.Complete(), Is.False);
        Assert.That(decoder.Failure, Is.EqualTo("The stream ended inside a record, with 4 bytes of it received."));
    }

    [Test]
    public void Frame_OfARecord_IsWhatTheStreamHolds()
    {
        Assert.That(RecordIoEncoder.Frame("hello"u8), Is.EqualTo("5\nhello"u8.ToArray()));
    }

    private static List<string> Decode(string stream, out RecordIoDecoder decoder)
    {
        decoder = new RecordIoDecoder();
        decoder.Append(Encoding.UTF8.GetBytes(stream));
        var records = new List<string>();
        while (decoder.TryRead(out var record))
        {
            records.Add(Encoding.UTF8.GetString(record.Span));
        }
        return records;
    }
}
