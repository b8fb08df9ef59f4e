using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Every instance, by app and id, with counts that are kept up as instances change. Immutable: readers keep an old one while the
/// core goes on. A change costs a logarithm of the number of apps and of the app's instances.
/// </summary>
public sealed class InstanceTable
{
    public static InstanceTable Empty { get; } = new(ImmutableSortedDictionary<PathId, AppInstances>.Empty, 0);

    private readonly ImmutableSortedDictionary<PathId, AppInstances> _byApp;

    private InstanceTable(ImmutableSortedDictionary<PathId, AppInstances> byApp, int count) => (_byApp, Count) = (byApp, count);

    public int Count { get; }

    /// <summary>Ids of the apps that have instances, also those that are no longer in the tree.</summary>
    public IEnumerable<PathId> Apps => _byApp.Keys;

    public IEnumerable<Instance> All => _byApp.Values.SelectMany(instances => instances);

    public IReadOnlyCollection<Instance> Of(PathId app) => OfApp(app);

    public Instance? Find(InstanceId id) => OfApp(id.App).Find(id);

    /// <summary>Counts of all of the app's instances.</summary>
    public Tally TallyOf(PathId app) => OfApp(app).Tally;

    /// <summary>Counts of those of the app's instances that run, or will run, a configuration, named by when it was made.</summary>
    public Tally TallyOf(PathId app, Timestamp configuration) => OfApp(app).TallyOf(configuration);

    /// <param name="definition">What the instance runs, or will.</param>
    public InstanceTable With(Instance instance, RunSpec definition)
    {
        var before = OfApp(instance.App);
        var after = before.With(instance, definition);
        return new InstanceTable(_byApp.SetItem(instance.App, after), Count + after.Count - before.Count);
    }

    public InstanceTable Without(InstanceId id)
    {
        var app = id.App;
        var before = OfApp(app);
        var after = before.Without(id);
        return ReferenceEquals(before, after)
            ? this
            : new InstanceTable(after.Count == 0 ? _byApp.Remove(app) : _byApp.SetItem(app, after), Count - 1);
    }

    private AppInstances OfApp(PathId app) => _byApp.GetValueOrDefault(app, AppInstances.Empty);
}
