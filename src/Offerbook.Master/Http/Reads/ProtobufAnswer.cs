using Google.Protobuf;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Reads;

/// <summary>
/// A protobuf message whose long lists are rendered in pieces. Protobuf says the length of a message before its content, so the
/// elements are measured when the answer is made, and made and written later.
/// </summary>
internal sealed class ProtobufAnswer : Answer
{
    /// <summary>Parts that follow each other make a piece until it is so long.</summary>
    private const int PieceBytes = 64 * 1024;

    private readonly List<Part> _parts = [];
    private readonly List<Action> _headers = [];
    private readonly List<int> _pieceStarts = [];

    public ProtobufAnswer() : base(MediaTypes.Protobuf)
    {
    }

    /// <summary>What one piece writes, and how long that is.</summary>
    private sealed class Part
    {
        public long Size { get; set; }

        public Func<long>? Measure { get; init; }

        public required Action<PieceBuffer> Write { get; set; }
    }

    public override int Pieces => _pieceStarts.Count;

    public override void Write(int piece, PieceBuffer output)
    {
        var end = piece + 1 < _pieceStarts.Count ? _pieceStarts[piece + 1] : _parts.Count;
        for (var i = _pieceStarts[piece]; i < end; i++)
        {
            _parts[i].Write(output);
        }
    }

    /// <summary>Adds whole fields, already in wire form.</summary>
    public ProtobufAnswer Fields(IMessage message)
    {
        var bytes = message.ToByteArray();
        _parts.Add(new Part { Size = bytes.Length, Write = output => output.Append(bytes) });
        return this;
    }

    /// <summary>Adds a field that holds a message, whose content <paramref name="content"/> adds.</summary>
    public ProtobufAnswer Message(int field, Action<ProtobufAnswer> content)
    {
        var header = new Part { Write = static _ => { } };
        var from = _parts.Count + 1;
        _parts.Add(header);
        content(this);
        var to = _parts.Count;
        // Measured only when everything is there: many parts at once, and inner messages before outer ones.
        _headers.Add(() =>
        {
            var size = 0L;
            for (var i = from; i < to; i++)
            {
                size += _parts[i].Size;
            }
            header.Size = HeaderSize(field, size);
            header.Write = output => WriteHeader(output, field, size);
        });
        return this;
    }

    /// <summary>Adds a field for each item.</summary>
    /// <param name="message">Called on any thread; the message is used before the next call on that thread.</param>
    public ProtobufAnswer Each<T>(int field, BlockList<T> items, Func<T, IMessage> message) where T : class
    {
        foreach (var block in items.Blocks)
        {
            _parts.Add(new Part
            {
                Measure = () =>
                {
                    var size = 0L;
                    foreach (var item in block)
                    {
                        if (item is not null)
                        {
                            var length = message(item).CalculateSize();
                            size += HeaderSize(field, length) + length;
                        }
                    }
                    return size;
                },
                Write = output =>
                {
                    foreach (var item in block)
                    {
                        if (item is not null)
                        {
                            Append(output, field, message(item));
                        }
                    }
                },
            });
        }
        return this;
    }

    /// <summary>Measures what was added; then it can be written.</summary>
    /// <param name="threads">How many may work on it.</param>
    public ProtobufAnswer Measured(int threads)
    {
        Parallel.ForEach(_parts.Where(part => part.Measure is not null), new ParallelOptions { MaxDegreeOfParallelism = threads },
            static part => part.Size = part.Measure!());
        foreach (var header in _headers)
        {
            header();
        }
        var size = (long)PieceBytes;
        for (var i = 0; i < _parts.Count; i++)
        {
            if (size >= PieceBytes)
            {
                _pieceStarts.Add(i);
                size = 0;
            }
            size += _parts[i].Size;
        }
        return this;
    }

    private static void Append(PieceBuffer output, int field, IMessage message)
    {
        var size = message.CalculateSize();
        WriteHeader(output, field, size);
        message.WriteTo(output.Room(size)[..size]);
        output.Advance(size);
    }

    private static int HeaderSize(int field, long size) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size((ulong)size);

    private static void WriteHeader(PieceBuffer output, int field, long size)
    {
        Varint(output, WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited));
        Varint(output, (ulong)size);
    }

    private static void Varint(PieceBuffer output, ulong value)
    {
        var room = output.Room(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            room[length++] = (byte)(value | 0x80);
        }
        room[length++] = (byte)value;
        output.Advance(length);
    }
}
