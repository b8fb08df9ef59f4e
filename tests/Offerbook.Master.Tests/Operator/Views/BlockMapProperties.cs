using Offerbook.Actors;
using Offerbook.Master.Operator.Views.Blocks;

namespace Offerbook.Master.Tests.Operator.Views;

/// <summary>A block map against a naive one, whose lists are copied whole whenever they are taken.</summary>
internal sealed class BlockMapProperties
{
    /// <summary>What was taken, and a copy of what was there then.</summary>
    private readonly record struct Photograph(BlockList<string> Taken, string[] Copy);

    [Test]
    public void Map_UnderRandomChanges_IsLikeANaiveOne_AndWhatWasTakenStays([Range(1, 40)] int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var map = new BlockMap<int, string>();
        var keys = new List<int>();
        var values = new Dictionary<int, string>();
        var photographs = new List<Photograph>();
        // Grows first and shrinks later, so that blocks fill, grow sparse, merge and vanish.
        for (var step = 0; step < 4000; step++)
        {
            var growing = step < 1500;
            switch (random.Next(100))
            {
                case < 2:
                    photographs.Add(new Photograph(map.Take(), [.. keys.Select(key => values[key])]));
                    break;
                case < 30 when keys.Count > 0:
                    var changed = keys[random.Next(keys.Count)];
                    map.Set(changed, values[changed] = "v" + step);
                    break;
                case var draw when keys.Count > 0 && (growing ? draw < 40 : draw < 90):
                    var at = random.Next(keys.Count);
                    Assert.That(map.Remove(keys[at]), Is.True);
                    values.Remove(keys[at]);
                    keys.RemoveAt(at);
                    break;
                default:
                    keys.Add(step);
                    map.Set(step, values[step] = "v" + step);
                    break;
            }
        }
        Assert.That(map, Is.EqualTo(keys.Select(key => values[key])));
        Assert.That(map.Keys, Is.EqualTo(keys));
        Assert.That(map.Take(), Is.EqualTo(keys.Select(key => values[key])));
        Assert.That(keys.All(key => map.Find(key) == values[key]), Is.True);
        foreach (var (taken, copy) in photographs)
        {
            Assert.That(taken, Is.EqualTo(copy));
            Assert.That(taken.Count, Is.EqualTo(copy.Length));
        }
    }

    [Test]
    public void Take_WithoutAChange_GivesTheSameList()
    {
        var map = new BlockMap<int, string>();
        map.Set(1, "a");
        var taken = map.Take();
        Assert.That(map.Take(), Is.SameAs(taken));
        map.Set(1, "b");
        Assert.That(map.Take(), Is.Not.SameAs(taken));
        Assert.That(taken, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Change_AfterTaking_CopiesOneBlockAndSharesTheOthers()
    {
        var map = new BlockMap<int, string>();
        for (var i = 0; i < 1000; i++)
        {
            map.Set(i, "v" + i);
        }
        var before = map.Take().Blocks;
        map.Set(300, "new");
        var after = map.Take().Blocks;
        Assert.That(after.Select((block, at) => ReferenceEquals(block, before[at])), Is.EqualTo(new[] { true, false, true, true }));
    }

    [Test]
    public void Blocks_WhenMostIsRemoved_AreMerged()
    {
        var map = new BlockMap<int, string>();
        for (var i = 0; i < 100_000; i++)
        {
            map.Set(i, "v");
        }
        for (var i = 0; i < 100_000; i++)
        {
            if (i % 256 != 0)
            {
                map.Remove(i);
            }
        }
        Assert.That(map.Count, Is.EqualTo(391));
        Assert.That(map.Take().Blocks.Sum(block => block.Length), Is.LessThan(8 * 391), "places for what is left");
    }

    [Test]
    public void Changes_AreTold()
    {
        var told = 0;
        var map = new BlockMap<int, string>(() => told++);
        map.Set(1, "a");
        map.Set(1, "b");
        map.Remove(1);
        map.Remove(1);
        Assert.That(told, Is.EqualTo(3));
    }
}
