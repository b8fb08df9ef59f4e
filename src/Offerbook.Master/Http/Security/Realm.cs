using System.Collections.Frozen;
using Offerbook.Storage.Formats;

namespace Offerbook.Master.Http.Security;

/// <summary>Endpoints that ask for the same proof.</summary>
public enum Realm
{
    /// <summary>Answers everybody: what load balancers and other masters ask.</summary>
    Open,

    /// <summary>Endpoints that only show.</summary>
    ReadOnly,

    /// <summary>Endpoints that change something, and the operator API whole.</summary>
    ReadWrite,

    /// <summary>The scheduler API.</summary>
    Frameworks,

    /// <summary>What agents call.</summary>
    Agents,
}

internal static class Realms
{
    private static readonly FrozenDictionary<string, Realm> ByRoute = new Dictionary<string, Realm>
    {
        ["/health"] = Realm.Open,
        ["/version"] = Realm.Open,
        ["/redirect"] = Realm.Open,
        ["/help"] = Realm.Open,
        ["/flags"] = Realm.ReadOnly,
        ["/roles"] = Realm.ReadOnly,
        ["/slaves"] = Realm.ReadOnly,
        ["/state"] = Realm.ReadOnly,
        ["/state-summary"] = Realm.ReadOnly,
        ["/tasks"] = Realm.ReadOnly,
        ["/frameworks"] = Realm.ReadOnly,
        ["/hierarchical-allocator(1)/offer_constraints_debug"] = Realm.ReadOnly,
        ["/maintenance/status"] = Realm.ReadOnly,
        ["/metrics"] = Realm.ReadOnly,
        ["/metrics/snapshot"] = Realm.ReadOnly,
        ["/system/stats"] = Realm.ReadOnly,
        ["/files/browse"] = Realm.ReadOnly,
        ["/files/read"] = Realm.ReadOnly,
        ["/files/download"] = Realm.ReadOnly,
        ["/files/debug"] = Realm.ReadOnly,
        [FormatAnswer.Path] = Realm.ReadWrite,
        ["/api/v1/scheduler"] = Realm.Frameworks,
        [AgentEndpoint.Path] = Realm.Agents,
    }.ToFrozenDictionary();

    /// <summary>
    /// The realm of a path that has a handler. Whatever is not known to only show is taken to change something, except the offer book.
    /// </summary>
    public static Realm Of(string route) => ByRoute.TryGetValue(route, out var realm) ? realm
        : route.StartsWith("/offerbook/v1/", StringComparison.Ordinal)
        || route.StartsWith("/hierarchical-allocator", StringComparison.Ordinal) ? Realm.ReadOnly
        : Realm.ReadWrite;

    /// <summary>As challenges name it; the first three are the original's.</summary>
    public static string Name(Realm realm) => realm switch
    {
        Realm.ReadOnly => "mesos-master-readonly",
        Realm.ReadWrite => "mesos-master-readwrite",
        Realm.Frameworks => "mesos-master-scheduler",
        Realm.Agents => "offerbook-agents",
        // Nobody asks there, so that no challenge names it.
        _ => "",
    };
}
