using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Trees;

/// <summary>
/// Draws groups: which apps there are at which depth, and who depends on whom, apps and groups on apps and groups. Apps get a random
/// order and depend on earlier ones only; now and then an edge is added that does not care, and may close a cycle.
/// </summary>
public sealed class TreeDrawing(SeededRandom random, AppDefinition definition, AppPromises promises)
{
    public const string Root = "/tree";

    /// <summary>Few, so that replacements of all of them fit into the smallest cluster.</summary>
    public const int MaxInstances = 3;

    /// <summary>All apps that there may be.</summary>
    public static IReadOnlyList<string> AppIds { get; } = ["/tree/a", "/tree/b", "/tree/x/a", "/tree/x/b", "/tree/x/y/a", "/tree/z/a"];

    private static readonly string[] Groups = ["/tree/x", "/tree/x/y", "/tree/z"];

    /// <param name="good">All apps can become healthy; else one cannot.</param>
    /// <param name="limited">Some apps say when their deployments give up, and where they pause.</param>
    public TreeDocument Draw(int revision, bool good, bool limited)
    {
        var present = AppIds.Where(_ => random.Chance(0.75)).ToList();
        present = present.Count == 0 ? [AppIds[0]] : present;
        random.Shuffle(present);
        var dependencies = Dependencies(present);
        var needs = present.ToDictionary(app => app, app => Needs(app, present, dependencies), StringComparer.Ordinal);
        var bad = good ? -1 : random.Next(present.Count);
        var bodies = new SortedDictionary<string, JObject>(StringComparer.Ordinal);
        var apps = new SortedDictionary<string, AppFacts>(StringComparer.Ordinal);
        foreach (var (at, app) in present.Index())
        {
            var facts = new AppFacts(random.Between(bad == at ? 1 : 0, MaxInstances), revision, bad != at);
            (bodies[app], apps[app]) = DrawApp(app, facts, dependencies[app], needs[app], limited);
        }
        return new TreeDocument(Group(Root, bodies, dependencies), apps, IsCyclic(needs));
    }

    /// <summary>One app that says all that it may say, so that nothing of an older definition is left.</summary>
    public (JObject Body, AppFacts Facts) DrawApp(string id, AppFacts facts, IReadOnlyList<string> dependencies,
        IReadOnlyList<string> needs, bool limited)
    {
        var body = definition.Draw(random, id, facts, []);
        body["dependencies"] = new JArray(dependencies);
        body["healthChecks"] ??= new JArray();
        body["upgradeStrategy"] ??= new JObject { ["minimumHealthCapacity"] = 1, ["maximumOverCapacity"] = 1 };
        var policy = limited && random.Chance(0.5) ? RolloutPolicy.Draw(random) : [];
        body["deployment"] = policy;
        promises.Make(body, facts, needs);
        return (body, facts with { MayRevert = RolloutPolicy.MayRevert(policy) });
    }

    /// <summary>By the id of an app or a group.</summary>
    private Dictionary<string, List<string>> Dependencies(List<string> order)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var groups = Groups.Where(group => order.Exists(app => IsWithin(app, group))).ToList();
        foreach (var (rank, app) in order.Index())
        {
            var mine = order.Take(rank).Where(_ => random.Chance(0.25)).ToList();
            mine.AddRange(groups.Where(group => Last(order, group) < rank && random.Chance(0.3)));
            found[app] = mine;
        }
        foreach (var group in groups)
        {
            var first = order.FindIndex(app => IsWithin(app, group));
            found[group] = groups.Where(other => Last(order, other) < first && random.Chance(0.4)).ToList();
        }
        if (order.Count > 1 && random.Chance(0.1))
        {
            var from = random.Pick(order);
            found[from] = found[from].Append(random.Pick(order.Where(app => app != from).ToList())).Distinct().ToList();
        }
        return found;
    }

    private static int Last(List<string> order, string group) => order.FindLastIndex(app => IsWithin(app, group));

    /// <summary>The apps that must be ready before it: what it and the groups around it depend on, groups taken apart.</summary>
    private static List<string> Needs(string app, List<string> present, Dictionary<string, List<string>> dependencies) =>
        dependencies.Where(from => from.Key == app || IsWithin(app, from.Key)).SelectMany(from => from.Value)
            .SelectMany(target => present.Where(other => other == target || IsWithin(other, target)))
            .Distinct().Order(StringComparer.Ordinal).ToList();

    private static bool IsCyclic(Dictionary<string, List<string>> needs)
    {
        var left = needs.ToDictionary(app => app.Key, app => app.Value.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        while (left.FirstOrDefault(app => app.Value.Count == 0).Key is { } free)
        {
            left.Remove(free);
            foreach (var others in left.Values)
            {
                others.Remove(free);
            }
        }
        return left.Count > 0;
    }

    private JObject Group(string id, SortedDictionary<string, JObject> apps, Dictionary<string, List<string>> dependencies) => new()
    {
        ["id"] = id,
        ["apps"] = new JArray(apps.Where(app => ParentOf(app.Key) == id).Select(app => app.Value)),
        ["groups"] = new JArray(Groups.Where(group => ParentOf(group) == id && (dependencies.ContainsKey(group) || random.Chance(0.3)))
            .Select(group => Group(group, apps, dependencies))),
        ["dependencies"] = new JArray(dependencies.GetValueOrDefault(id, [])),
    };

    private static string ParentOf(string id) => id[..id.LastIndexOf('/')];

    private static bool IsWithin(string id, string group) => id.StartsWith(group + "/", StringComparison.Ordinal);
}
