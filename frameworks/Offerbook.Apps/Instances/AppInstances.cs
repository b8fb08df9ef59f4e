using System.Collections;
using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>The instances of one app by id, and their counts by the configuration that they run. Immutable.</summary>
internal sealed class AppInstances : IReadOnlyCollection<Instance>
{
    public static AppInstances Empty { get; } = new(ImmutableSortedDictionary<InstanceId, Entry>.Empty, [], default);

    private readonly ImmutableSortedDictionary<InstanceId, Entry> _byId;

    /// <summary>Few: the configurations that some instance runs.</summary>
    private readonly ImmutableArray<ConfigurationTally> _configurations;

    private AppInstances(ImmutableSortedDictionary<InstanceId, Entry> byId, ImmutableArray<ConfigurationTally> configurations, Tally all) =>
        (_byId, _configurations, Tally) = (byId, configurations, all);

    public int Count => _byId.Count;

    public Tally Tally { get; }

    /// <param name="configuration">Its <see cref="VersionInfo.LastConfigChangeAt"/>: scaling and metadata move an app's version, not
    /// that.</param>
    public Tally TallyOf(Timestamp configuration)
    {
        foreach (var counted in _configurations)
        {
            if (counted.Configuration == configuration)
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
        var entry = new Entry(instance, Tally.Of(definition, instance), definition.VersionInfo.LastConfigChangeAt);
        var (configurations, all) = _byId.TryGetValue(instance.Id, out var before)
            ? (Counted(_configurations, before, false), Tally - before.Counts)
            : (_configurations, Tally);
        return new AppInstances(_byId.SetItem(instance.Id, entry), Counted(configurations, entry, true), all + entry.Counts);
    }

    public AppInstances Without(InstanceId id) => _byId.TryGetValue(id, out var before)
        ? new AppInstances(_byId.Remove(id), Counted(_configurations, before, false), Tally - before.Counts)
        : this;

    public IEnumerator<Instance> GetEnumerator()
    {
        foreach (var entry in _byId)
        {
            yield return entry.Value.Instance;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static ImmutableArray<ConfigurationTally> Counted(ImmutableArray<ConfigurationTally> configurations, Entry entry, bool isAdded)
    {
        for (var i = 0; i < configurations.Length; i++)
        {
            if (configurations[i].Configuration == entry.Configuration)
            {
                var tally = isAdded ? configurations[i].Tally + entry.Counts : configurations[i].Tally - entry.Counts;
                return tally.Total == 0
                    ? configurations.RemoveAt(i) : configurations.SetItem(i, new ConfigurationTally(entry.Configuration, tally));
            }
        }
        return isAdded ? configurations.Add(new ConfigurationTally(entry.Configuration, entry.Counts)) : configurations;
    }

    /// <param name="counts">What the instance was counted as, so that it leaves the counts as it came.</param>
    /// <param name="configuration">Of what it runs.</param>
    private sealed class Entry(Instance instance, Tally counts, Timestamp configuration)
    {
        public Instance Instance => instance;

        public Tally Counts => counts;

        public Timestamp Configuration => configuration;
    }

    private readonly record struct ConfigurationTally(Timestamp Configuration, Tally Tally);
}
