using System.Buffers.Binary;
using Offerbook.Actors;

namespace Offerbook.Agent.Hosting.Supervision;

/// <summary>An executable file of two pages: one of code, which may be executed, and one of data, which may be written.</summary>
internal static class ElfFile
{
    private const int Page = 0x1000;
    private const int BaseAddress = 0x400000;
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const int Segments = 3;
    private const int CodeOffset = HeaderBytes + Segments * SegmentBytes;

    /// <summary>Where the data is in memory.</summary>
    public const int DataAddress = BaseAddress + Page;

    public const short X64 = 62;
    public const short Arm64 = 183;

    /// <param name="code">Instructions, the first one executed first; less than a page with the headers.</param>
    /// <param name="data">At most a page.</param>
    /// <param name="machine">The processor that they are for.</param>
    public static byte[] Of(ReadOnlySpan<byte> code, ReadOnlySpan<byte> data, short machine = X64)
    {
        const int executable = 2, version = 1;
        const int load = 1, stack = 0x6474e551;
        const int execute = 1, write = 2, read = 4;
        Invariant.Check(CodeOffset + code.Length <= Page, "a program's code does not fit into a page");
        var file = new byte[Page + data.Length];
        ReadOnlySpan<byte> magic = [0x7F, (byte)'E', (byte)'L', (byte)'F', /* 64 bits */ 2, /* little endian */ 1, version];
        magic.CopyTo(file);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(16), executable);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(18), machine);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(20), version);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(24), BaseAddress + CodeOffset);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(32), HeaderBytes);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(52), HeaderBytes);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(54), SegmentBytes);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(56), Segments);
        Segment(file, 0, load, read | execute, 0, BaseAddress, CodeOffset + code.Length);
        Segment(file, 1, load, read | write, Page, DataAddress, data.Length);
        Segment(file, 2, stack, read | write, 0, 0, 0);
        code.CopyTo(file.AsSpan(CodeOffset));
        data.CopyTo(file.AsSpan(Page));
        return file;
    }

    private static void Segment(Span<byte> file, int index, int type, int rights, int offset, int address, int length)
    {
        var header = file.Slice(HeaderBytes + index * SegmentBytes, SegmentBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], rights);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], length);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], length);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], type == 1 ? Page : 16);
    }
}
