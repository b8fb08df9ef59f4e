using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>Spoils bytes of any kind: what a broken encoder, a broken wire and a person of ill will send.</summary>
public sealed class ByteMutations(SeededRandom chance)
{
    /// <summary>Invalid UTF-8, endless varints, lengths beyond everything, groups that do not end.</summary>
    private static readonly byte[][] Chunks =
    [
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0], [0xFE, 0xFF], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x0B], [0x0C], [0x0A, 0x00],
        [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ];

    public byte[] Spoil(byte[] bytes)
    {
        var result = bytes.ToList();
        for (var left = 1 + chance.Next(4); left > 0; left--)
        {
            SpoilOne(result);
        }
        return [.. result];
    }

    private void SpoilOne(List<byte> bytes)
    {
        var at = chance.Next(bytes.Count + 1);
        switch (chance.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << chance.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)chance.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3 when at < bytes.Count:
                bytes.RemoveRange(at, Math.Min(1 + chance.Next(8), bytes.Count - at));
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(chance.Next(64), bytes.Count - at)));
                break;
            case 5 when chance.Chance(0.05):
                bytes.InsertRange(at, Enumerable.Repeat((byte)0x0B, 20_000)); // Groups within groups.
                break;
            default:
                bytes.InsertRange(at, Words.Any(chance, Chunks));
                break;
        }
    }
}
