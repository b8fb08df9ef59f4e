using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

public sealed class BodyBytesTests
{
    [TestCase(0, 1)]
    [TestCase(100, 7)]
    [TestCase(4_096, 4_096)]
    [TestCase(4_097, 100_000)]
    [TestCase(1_000_003, 1_000)]
    public void Bytes_OfAnyLength_ComeOutAsTheyCameIn(int length, int step)
    {
        var random = new Random(length);
        var expected = new byte[length];
        random.NextBytes(expected);
        using var bytes = new BodyBytes();

        for (var at = 0; at < length;)
        {
            var free = bytes.Free();
            var some = Math.Min(Math.Min(free.Length, step), length - at);
            expected.AsMemory(at, some).CopyTo(free);
            bytes.Advance(some);
            at += some;
        }

        Assert.That(bytes.Length, Is.EqualTo(length));
        Assert.That(bytes.ToArray(), Is.EqualTo(expected));
    }
}
