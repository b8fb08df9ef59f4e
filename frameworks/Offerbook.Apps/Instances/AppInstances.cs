using System.Collections;
using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>The instances of one app by id, and their counts by the version that they run. Immutable.</summary>
internal sealed class AppInstances : IReadOnlyCollection<Instance>
{
    public static AppInstances Empty { get; } = new(ImmutableSortedDictionary<InstanceId, Entry>.Empty, [], default);

    private readonly ImmutableSortedDictionary<InstanceId, Entry> _byId;

    /// <summary>Few: the versions that some instance runs.</summary>
    private readonly ImmutableArray<VersionTally> _versions;

    private AppInstances(ImmutableSortedDictionary<InstanceId, Entry> byId, ImmutableArray<VersionTally> versions, Tally all) =>
        (_byId, _versions, Tally) = (byId, versions, all);

    public int Count => _byId.Count;

    public Tally Tally { get; }

    public Tally TallyOf(Timestamp version)
    {
        foreach (var counted in _versions)
        {
            if (counted.Version == version)
            {
                return counted.Tally;
            }
        }
        return default;
    }

    public Instance? Find(InstanceId id) => _byId.TryGetValue(id, out var entry) ? entry.Instance : null;

    /// <param name="definition">What the instance runs.</param>
    public AppInstances With(Instance instance, RunSpec definition)
    {
        var counts = Tally.Of(definition, instance);
        var (versions, all) = _byId.TryGetValue(instance.Id, out var before)
            ? (Counted(_versions, before.Instance.Version, before.Counts, false), Tally - before.Counts)
            : (_versions, Tally);
        return new AppInstances(_byId.SetItem(instance.Id, new Entry(instance, counts)), Counted(versions, instance.Version, counts, true), all + counts);
    }

    public AppInstances Without(InstanceId id) => _byId.TryGetValue(id, out var before)
        ? new AppInstances(_byId.Remove(id), Counted(_versions, before.Instance.Version, before.Counts, false), Tally - before.Counts)
        : this;

    public IEnumerator<Instance> GetEnumerator()
    {
        foreach (var entry in _byId)
        {
            yield return entry.Value.Instance;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static ImmutableArray<VersionTally> Counted(ImmutableArray<VersionTally> versions, Timestamp version, Tally counts, bool isAdded)
    {
        for (var i = 0; i < versions.Length; i++)
        {
            if (versions[i].Version == version)
            {
                var tally = isAdded ? versions[i].Tally + counts : versions[i].Tally - counts;
                return tally.Total == 0 ? versions.RemoveAt(i) : versions.SetItem(i, new VersionTally(version, tally));
            }
        }
        return isAdded ? versions.Add(new VersionTally(version, counts)) : versions;
    }

    /// <param name="counts">What the instance was counted as, so that it leaves the counts as it came.</param>
    private sealed class Entry(Instance instance, Tally counts)
    {
        public Instance Instance => instance;

        public Tally Counts => counts;
    }

    private readonly record struct VersionTally(Timestamp Version, Tally Tally);
}
