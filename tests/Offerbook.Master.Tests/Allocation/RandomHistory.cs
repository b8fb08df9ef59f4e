using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Random calls to an allocator, beside the plainest possible model of who holds what where.</summary>
internal sealed class RandomHistory(ulong seed)
{
    private static readonly string[] Roles = ["*", "web", "web/shop", "web/shop/eu", "ops"];
    private static readonly string[] Totals = ["cpus:4;mem:1024;ports:[1-100]", "cpus:2;mem:64", "cpus:8;mem:4096;cpus(web):2;mem(web/shop):128", "cpus:1.5;mem:33.333;disk:10;d:{a,b}"];

    private readonly SeededRandom _random = new(seed * 7919);
    private readonly SortedDictionary<string, bool> _frameworks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ResourceBag> _agents = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _inactiveAgents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Framework, string Agent), ResourceBag> _held = [];
    private int _names;

    public AllocatorWorld World { get; } = new(seed: seed);

    private Allocator Allocator => World.Allocator;

    /// <summary>Does something, and says what and what came of it.</summary>
    public string Step()
    {
        switch (_random.Next(16))
        {
            case 0:
                return AddFramework();
            case 1 when _frameworks.Count > 0:
                var removed = Any(_frameworks.Keys);
                _frameworks.Remove(removed);
                Allocator.RemoveFramework(new FrameworkId(removed));
                return "remove " + removed;
            case 2 or 3:
                return AddAgent();
            case 4 when _agents.Count > 2:
                return RemoveAgent(Any(_agents.Keys));
            case 5 when _agents.Count > 0:
                var resized = Any(_agents.Keys);
                _agents[resized] = ResourceBag.Parse(Totals[_random.Next(Totals.Length)]);
                Allocator.UpdateAgentTotal(new AgentId(resized), _agents[resized]);
                return "resize " + resized;
            case 6 when _frameworks.Count > 0:
                var updated = Any(_frameworks.Keys);
                World.Update(updated, RandomRoles(), RandomRoles());
                return "update " + updated;
            case 7 when _frameworks.Count > 0:
                var quiet = Any(_frameworks.Keys);
                Allocator.Suppress(new FrameworkId(quiet), RandomRoles());
                return "suppress " + quiet;
            case 8 when _frameworks.Count > 0:
                var revived = Any(_frameworks.Keys);
                Allocator.Revive(new FrameworkId(revived), RandomRoles());
                return "revive " + revived;
            case 9 when _frameworks.Count > 0:
                return Toggle(Any(_frameworks.Keys));
            case 10 when _agents.Count > 0:
                return ToggleAgent(Any(_agents.Keys));
            case 11 when _agents.Count > 0:
                return Charge(Any(_agents.Keys));
            case 12 or 13 when _held.Count > 0:
                return GiveBack(Any(_held.Keys));
            case 14:
                World.Wait(_random.Next(20));
                return "wait";
            default:
                return Run();
        }
    }

    /// <summary>The first difference between the allocator's books and the model; null when there is none.</summary>
    public string? CompareBooks()
    {
        foreach (var (agent, total) in _agents)
        {
            var view = Allocator.ViewAgent(new AgentId(agent))!;
            var held = view.Held.ToDictionary(pair => pair.Key.Value, pair => pair.Value);
            var expected = _held.Where(pair => pair.Key.Agent == agent).ToDictionary(pair => pair.Key.Framework, pair => pair.Value);
            var sum = expected.Values.Aggregate(ResourceBag.Empty, (all, bag) => all + bag.Unallocate());
            if (!held.Keys.Order().SequenceEqual(expected.Keys.Order()) || held.Any(pair => expected[pair.Key] != pair.Value))
            {
                return $"{agent}: {string.Join(", ", held)} is held, but should be {string.Join(", ", expected)}";
            }

            if (view.Total != total || view.Available != total - sum)
            {
                return $"{agent}: {view.Available} is available of {total}, of which {sum} is held";
            }
        }

        foreach (var role in Allocator.View().Roles)
        {
            var sum = _held.Values.Aggregate(ResourceQuantities.Empty, (all, bag) => all + bag.AllocatedIn(role.Role).Quantities);
            if (!role.Allocated.Quantities.Equals(sum))
            {
                return $"role {role.Role}: {role.Allocated} is charged, but should be {sum}";
            }

            foreach (var framework in role.Frameworks)
            {
                var own = _held.Where(pair => pair.Key.Framework == framework.Framework.Value)
                    .Aggregate(ResourceQuantities.Empty, (all, pair) => all + pair.Value.AllocatedIn(role.Role).Quantities);
                if (!framework.Allocated.Quantities.Equals(own))
                {
                    return $"{framework.Framework} in {role.Role}: {framework.Allocated} is charged, but should be {own}";
                }
            }
        }

        return Allocator.FindInconsistency();
    }

    public void GiveBackEverything()
    {
        foreach (var key in _held.Keys.ToArray())
        {
            World.GiveBack(key.Framework, key.Agent, _held[key]);
        }

        _held.Clear();
    }

    /// <summary>Active agents with something unreserved that is worth an offer, sorted.</summary>
    public IEnumerable<string> FreeAgents()
    {
        foreach (var agent in _agents.Keys)
        {
            var unreserved = World.Available(agent).Unreserved();
            if (!_inactiveAgents.Contains(agent) && (unreserved.ScalarOf("cpus") >= new Scalar(10) || unreserved.ScalarOf("mem") >= new Scalar(32_000)))
            {
                yield return agent;
            }
        }
    }

    private string Run()
    {
        var told = "run:";
        foreach (var allocation in World.RunAndList())
        {
            var agent = allocation.Agent.Value;
            Assert.That(allocation.Resources.IsEmpty, Is.False);
            Assert.That(allocation.Resources.AllocationRole(), Is.EqualTo(allocation.Role));
            Assert.That(_frameworks.GetValueOrDefault(allocation.Framework.Value), Is.True, "only active frameworks are offered things");
            Assert.That(_inactiveAgents, Does.Not.Contain(agent));
            Hold(allocation.Framework.Value, agent, allocation.Resources);
            told += $" {allocation.Framework}/{allocation.Role}@{agent}={allocation.Resources}";
        }

        return told;
    }

    private string AddFramework()
    {
        var id = $"f{_names++:000}";
        _frameworks.Add(id, true);
        World.Framework(id, FrameworkCapabilities.MultiRole, RandomRoles());
        return "add " + id;
    }

    private string AddAgent()
    {
        var id = $"a{_names++:000}";
        _agents.Add(id, ResourceBag.Parse(Totals[_random.Next(Totals.Length)]));
        World.Agent(id, _agents[id]);
        return "add " + id;
    }

    private string RemoveAgent(string id)
    {
        _agents.Remove(id);
        _inactiveAgents.Remove(id);
        foreach (var key in _held.Keys.Where(key => key.Agent == id).ToArray())
        {
            _held.Remove(key);
        }

        Allocator.RemoveAgent(new AgentId(id));
        return "remove " + id;
    }

    private string Toggle(string framework)
    {
        _frameworks[framework] = !_frameworks[framework];
        if (_frameworks[framework])
        {
            Allocator.ActivateFramework(new FrameworkId(framework));
        }
        else
        {
            Allocator.DeactivateFramework(new FrameworkId(framework));
        }

        return "toggle " + framework;
    }

    private string ToggleAgent(string agent)
    {
        if (_inactiveAgents.Remove(agent))
        {
            Allocator.ActivateAgent(new AgentId(agent));
        }
        else
        {
            _inactiveAgents.Add(agent);
            Allocator.DeactivateAgent(new AgentId(agent));
        }

        return "toggle " + agent;
    }

    private string Charge(string agent)
    {
        var framework = _random.Chance(0.5) && _frameworks.Count > 0 ? Any(_frameworks.Keys) : "stranger";
        var role = Roles[_random.Next(Roles.Length)];
        var resources = ResourceBag.Parse("cpus:0.1;mem:1").Allocate(role);
        if (!World.Available(agent).Contains(resources.Unallocate()))
        {
            return "charge nothing";
        }

        Allocator.Charge(new FrameworkId(framework), new AgentId(agent), resources);
        Hold(framework, agent, resources);
        return $"charge {framework} on {agent}";
    }

    private string GiveBack((string Framework, string Agent) key)
    {
        var held = _held[key];
        var kept = _random.Chance(0.5) ? held : ResourceBag.Of([.. held.Where(_ => _random.Chance(0.6))]);
        var half = _random.Chance(0.3) ? Half(kept) : kept;
        double? refuse = _random.Chance(0.6) ? _random.Next(30) : null;
        World.GiveBack(key.Framework, key.Agent, half, refuse);
        _held[key] = held - half;
        if (_held[key].IsEmpty)
        {
            _held.Remove(key);
        }

        return $"give back {half} of {key}, refuse {refuse}";
    }

    private static ResourceBag Half(ResourceBag bag) => ResourceBag.Of([.. bag.Select(entry =>
        entry.Value.IsScalar ? entry with { Value = new Scalar((entry.Value.Scalar.Milli + 1) / 2) } : entry)]);

    private void Hold(string framework, string agent, ResourceBag resources) =>
        _held[(framework, agent)] = _held.GetValueOrDefault((framework, agent), ResourceBag.Empty) + resources;

    private string[] RandomRoles() => [.. Roles.Where(_ => _random.Chance(0.4)).DefaultIfEmpty("web")];

    private T Any<T>(IReadOnlyCollection<T> items) => items.ElementAt(_random.Next(items.Count));
}
