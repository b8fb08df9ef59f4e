namespace Offerbook.Bench.Sockets;

internal delegate void RecordTaken(ReadOnlySpan<byte> record);

/// <summary>
/// Takes a RecordIO stream apart without copying records that come whole, which nearly all do; keeps only the piece of an unfinished one.
/// </summary>
internal struct RecordSplitter
{
    private byte[]? _kept;

    public void Take(ReadOnlySpan<byte> bytes, RecordTaken taken)
    {
        if (_kept is not null)
        {
            bytes = (byte[])[.. _kept, .. bytes];
            _kept = null;
        }
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0 || !int.TryParse(bytes[..end], out var length) || bytes.Length - end - 1 < length)
            {
                _kept = bytes.ToArray();
                return;
            }
            taken(bytes.Slice(end + 1, length));
            bytes = bytes[(end + 1 + length)..];
        }
    }
}
