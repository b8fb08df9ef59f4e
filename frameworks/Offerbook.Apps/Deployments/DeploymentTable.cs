using System.Collections;
using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// The running deployments, oldest first, by id and by the apps that they hold. Immutable. Asking who holds an app costs the same
/// for a deployment of one app as for one of thousands.
/// </summary>
public sealed class DeploymentTable : IReadOnlyList<Deployment>
{
    public static DeploymentTable Empty { get; } = new([], ImmutableDictionary<string, Deployment>.Empty,
        ImmutableDictionary<PathId, string>.Empty);

    // Hashed tables are only asked, never walked: their order is that of chance.
    private readonly ImmutableList<string> _order;
    private readonly ImmutableDictionary<string, Deployment> _byId;
    private readonly ImmutableDictionary<PathId, string> _locks;

    private DeploymentTable(ImmutableList<string> order, ImmutableDictionary<string, Deployment> byId,
        ImmutableDictionary<PathId, string> locks) =>
        (_order, _byId, _locks) = (order, byId, locks);

    public int Count => _order.Count;

    public Deployment this[int index] => _byId[_order[index]];

    public Deployment? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The deployment that holds the app; at most one does.</summary>
    public Deployment? LockOf(PathId app) => _locks.TryGetValue(app, out var id) ? _byId[id] : null;

    /// <summary>Those that hold any of the apps, oldest first.</summary>
    public IReadOnlyList<Deployment> Holding(IReadOnlyList<PathId> apps)
    {
        var ids = apps.Select(app => _locks.GetValueOrDefault(app)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return ids.Count == 0 ? [] : this.Where(deployment => ids.Contains(deployment.Id)).ToList();
    }

    public DeploymentTable Add(Deployment deployment)
    {
        var locks = _locks.ToBuilder();
        foreach (var app in deployment.Plan.AffectedApps)
        {
            locks[app] = deployment.Id;
        }
        return new DeploymentTable(_order.Add(deployment.Id), _byId.Add(deployment.Id, deployment), locks.ToImmutable());
    }

    /// <summary>The same deployment, further on.</summary>
    public DeploymentTable Set(Deployment deployment) => new(_order, _byId.SetItem(deployment.Id, deployment), _locks);

    public DeploymentTable Without(string id)
    {
        if (Find(id) is not { } ended)
        {
            return this;
        }
        var locks = _locks.ToBuilder();
        locks.RemoveRange(ended.Plan.AffectedApps.Where(app => _locks[app] == id));
        return new DeploymentTable(_order.Remove(id), _byId.Remove(id), locks.ToImmutable());
    }

    public IEnumerator<Deployment> GetEnumerator() => _order.Select(id => _byId[id]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
