using FsCheck;
using FsCheck.Fluent;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

public sealed class PathMapTests
{
    /// <summary>Additions, and removals where negative.</summary>
    private static readonly Arbitrary<int[]> Edits = Gen.Choose(-60, 60).ArrayOf().Resize(200).ToArbitrary();

    [Test]
    public void Edits_AnyOrder_GiveWhatASortedDictionaryGives() => Prop.ForAll(Edits, edits =>
    {
        var (map, model) = (PathMap<string>.Empty, new SortedDictionary<PathId, string>());
        foreach (var edit in edits)
        {
            map = Edited(map, edit, "x");
            if (edit < 0)
            {
                model.Remove(IdOf(edit));
            }
            else
            {
                model[IdOf(edit)] = "x";
            }
        }
        return map.SequenceEqual(model) && map.Count == model.Count && model.Keys.All(map.ContainsKey)
            && !map.ContainsKey(PathId.Parse("/none"));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Compare_AnyTwo_TellsOfEveryDifferenceInOrder() => Prop.ForAll(Edits, Edits, (edits, more) =>
    {
        var from = edits.Aggregate(PathMap<string>.Empty, (map, edit) => Edited(map, edit, "before"));
        var to = more.Aggregate(from, (map, edit) => Edited(map, edit, "after"));
        var told = new List<(PathId, string?, string?)>();
        PathMap<string>.Compare(from, to, (id, before, after) => told.Add((id, before, after)));
        return told.SequenceEqual(from.Keys.Union(to.Keys).Order().Select(id => (id, from.GetValueOrDefault(id), to.GetValueOrDefault(id)))
            .Where(pair => !ReferenceEquals(pair.Item2, pair.Item3)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void SetItem_TheSameObject_IsTheSameMap()
    {
        var map = PathMap<string>.Empty.SetItem(IdOf(1), "x");
        Assert.That((map.SetItem(IdOf(1), "x"), map.Remove(IdOf(2)), map.Remove(IdOf(1))), Is.EqualTo((map, map, PathMap<string>.Empty)));
    }

    /// <summary>Splitting makes nodes: how much memory that takes shows how much of the maps was looked at.</summary>
    [Test]
    public void Compare_OneChangeAmongMany_LooksAtFew()
    {
        var map = Enumerable.Range(0, 10_000).Aggregate(PathMap<Counted>.Empty, (made, i) => made.SetItem(IdOf(i), new Counted()));
        var changed = map.Remove(IdOf(5_000)).SetItem(PathId.Parse("/new"), new Counted()).SetItem(IdOf(77), new Counted());
        var told = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        PathMap<Counted>.Compare(map, changed, (_, _, _) => told++);
        Assert.That(told, Is.EqualTo(3));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000), "bytes; all of it would be a million");
    }

    private static PathMap<string> Edited(PathMap<string> map, int edit, string value) =>
        edit < 0 ? map.Remove(IdOf(edit)) : map.SetItem(IdOf(edit), value);

    private static PathId IdOf(int number) => PathId.Parse("/app-" + Math.Abs(number));

    private sealed class Counted;
}
