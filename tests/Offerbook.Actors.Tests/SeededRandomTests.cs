using FsCheck;
using FsCheck.Fluent;

namespace Offerbook.Actors.Tests;

[TestFixture]
internal sealed class SeededRandomTests
{
    /// <summary>The first numbers of SplitMix64 from the seed 1234567, as its authors' program prints them.</summary>
    [Test]
    public void Stream_OfAKnownSeed_IsSplitMix64()
    {
        var random = new SeededRandom(1234567);
        Assert.That(Enumerable.Range(0, 5).Select(_ => random.NextUInt64()), Is.EqualTo(new[]
        {
            6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL,
        }));
    }

    [Test]
    public void Streams_OfEqualSeeds_AreEqual_ForksIncluded() => Check.QuickThrowOnFailure(Prop.ForAll<ulong>(seed =>
    {
        var (one, other) = (new SeededRandom(seed), new SeededRandom(seed));
        return one.NextGuid() == other.NextGuid() && one.NextDouble() == other.NextDouble()
            && one.Fork().NextUInt64() == other.Fork().NextUInt64();
    }));

    [Test]
    public void Numbers_StayInTheirBounds() => Check.QuickThrowOnFailure(Prop.ForAll<ulong, PositiveInt>((seed, bound) =>
    {
        var random = new SeededRandom(seed);
        var number = random.Next(bound.Get);
        var fraction = random.NextDouble();
        return number >= 0 && number < bound.Get && fraction is >= 0 and < 1;
    }));

    [Test]
    public void Guid_IsOfVersion4()
    {
        var text = new SeededRandom(1).NextGuid().ToString();
        Assert.That(text, Does.Match("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
    }

    [Test]
    public void Shuffle_KeepsWhatIsThere_AndMovesIt()
    {
        var list = Enumerable.Range(0, 100).ToList();
        new SeededRandom(3).Shuffle(list);
        Assert.That(list, Is.EquivalentTo(Enumerable.Range(0, 100)));
        Assert.That(list, Is.Not.Ordered);
    }
}
