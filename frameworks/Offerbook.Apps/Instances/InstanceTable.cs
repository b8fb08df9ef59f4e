using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>Every instance, by app and id. Immutable: readers keep an old one while the core goes on.</summary>
public sealed class InstanceTable
{
    public static InstanceTable Empty { get; } = new(ImmutableSortedDictionary<PathId, ImmutableSortedDictionary<InstanceId, Instance>>.Empty, 0);

    private static readonly ImmutableSortedDictionary<InstanceId, Instance> None = ImmutableSortedDictionary<InstanceId, Instance>.Empty;

    private readonly ImmutableSortedDictionary<PathId, ImmutableSortedDictionary<InstanceId, Instance>> _byApp;

    private InstanceTable(ImmutableSortedDictionary<PathId, ImmutableSortedDictionary<InstanceId, Instance>> byApp, int count) =>
        (_byApp, Count) = (byApp, count);

    public int Count { get; }

    /// <summary>Ids of the apps that have instances, also those that are no longer in the tree.</summary>
    public IEnumerable<PathId> Apps => _byApp.Keys;

    public IEnumerable<Instance> All => _byApp.Values.SelectMany(instances => instances.Values);

    public IReadOnlyCollection<Instance> Of(PathId app) => OfApp(app).Count == 0 ? [] : new ValuesOf(OfApp(app));

    public Instance? Find(InstanceId id) => OfApp(id.App).GetValueOrDefault(id);

    public InstanceTable With(Instance instance)
    {
        var instances = OfApp(instance.App);
        var added = instances.ContainsKey(instance.Id) ? 0 : 1;
        return new InstanceTable(_byApp.SetItem(instance.App, instances.SetItem(instance.Id, instance)), Count + added);
    }

    public InstanceTable Without(InstanceId id)
    {
        var app = id.App;
        var instances = OfApp(app);
        if (!instances.ContainsKey(id))
        {
            return this;
        }
        var left = instances.Remove(id);
        return new InstanceTable(left.IsEmpty ? _byApp.Remove(app) : _byApp.SetItem(app, left), Count - 1);
    }

    private ImmutableSortedDictionary<InstanceId, Instance> OfApp(PathId app) => _byApp.GetValueOrDefault(app, None);

    private sealed class ValuesOf(ImmutableSortedDictionary<InstanceId, Instance> instances) : IReadOnlyCollection<Instance>
    {
        public int Count => instances.Count;

        public IEnumerator<Instance> GetEnumerator() => instances.Values.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
