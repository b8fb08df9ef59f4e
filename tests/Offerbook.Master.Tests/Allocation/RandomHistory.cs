using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Random calls to an allocator, beside the plainest possible model of who holds what where.</summary>
internal sealed class RandomHistory(ulong seed, AllocatorSettings? settings = null)
{
    private static readonly string[] Roles = ["*", "web", "web/shop", "web/shop/eu", "ops"];
    private static readonly string[] Totals = ["cpus:4;mem:1024;ports:[1-100]", "cpus:2;mem:64",
        "cpus:8;mem:4096;cpus(web):2;mem(web/shop):128", "cpus:1.5;mem:33.333;disk:10;d:{a,b}"];

    private readonly SeededRandom _random = new(seed * 7919);
    private readonly SortedDictionary<string, bool> _frameworks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ResourceBag> _agents = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _inactiveAgents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Framework, string Agent), ResourceBag> _held = [];
    private readonly SortedDictionary<string, QuantityLimits> _limits = new(StringComparer.Ordinal);
    private readonly List<(AgentAllocation Offer, TimeSpan Made)> _offers = [];
    private int _names;

    public AllocatorWorld World { get; } = new(settings, seed);

    private Allocator Allocator => World.Allocator;

    /// <summary>Does something, and says what and what came of it.</summary>
    public string Step()
    {
        switch (_random.Next(22))
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
            case 15:
                return SetQuota();
            case 16:
                var weighted = Roles[_random.Next(Roles.Length)];
                Allocator.UpdateWeight(weighted, 0.5 + _random.Next(4));
                return "weigh " + weighted;
            case 17 when _held.Count > 0:
                return Reserve(Any(_held.Keys));
            case 18 when _agents.Count > 0:
                return ReserveFree(Any(_agents.Keys));
            case 19 when _agents.Count > 0:
                Allocator.SetUnavailability(new AgentId(Any(_agents.Keys)), _random.Chance(0.7)
                    ? new Mesos.V1.Unavailability { Start = new() } : null);
                return "maintenance";
            case 20 when _offers.Count > 0:
                var (offer, made) = _offers[_random.Next(_offers.Count)];
                _offers.Remove((offer, made));
                Allocator.OfferEnded(offer.Framework, offer.Agent, offer.Resources, made);
                return "end an offer";
            default:
                return Run();
        }
    }

    /// <summary>
    /// What is on some agent for a framework that competes, with no reason why it does not get it; null when there is none.
    /// </summary>
    public string? FindUnexplained()
    {
        foreach (var role in Allocator.View().Roles)
        {
            foreach (var framework in role.Frameworks.Where(framework => framework.IsCompeting))
            {
                var page = Allocator.Why(framework.Framework, role.Role, 0, WhyPage.MaxAgents);
                var free = page.General.Count > 0
                    ? null : page.Agents.FirstOrDefault(agent => agent.Obstacles.Any(o => o is Obstacle.NotItsTurn));
                if (free is not null)
                {
                    return $"{framework.Framework} in {role.Role} could have {free.Agent}: {string.Join(", ", free.Obstacles)}";
                }
            }
        }

        return null;
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

    public void ClearQuotas()
    {
        foreach (var role in _limits.Keys)
        {
            Allocator.UpdateQuota(role, RoleQuota.Default);
        }

        _limits.Clear();
    }

    /// <summary>Active agents with something unreserved that is worth an offer, sorted.</summary>
    public IEnumerable<string> FreeAgents()
    {
        foreach (var agent in _agents.Keys)
        {
            var unreserved = World.Available(agent).Unreserved();
            if (!_inactiveAgents.Contains(agent)
                && (unreserved.ScalarOf("cpus") >= new Scalar(10) || unreserved.ScalarOf("mem") >= new Scalar(32_000)))
            {
                yield return agent;
            }
        }
    }

    public string Run()
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
            _offers.Add((allocation, World.Elapsed));
            CheckLimit(allocation);
            told += $" {allocation.Framework}/{allocation.Role}@{agent}={allocation.Resources}";
        }

        return told;
    }

    private string SetQuota()
    {
        var role = _random.Chance(0.5) ? "web" : "ops";
        ResourceQuantities Amounts(int most) => ResourceQuantities.Of(("cpus", _random.Next(most)), ("mem", _random.Next(most) * 256));
        var guarantees = _random.Chance(0.5) ? Amounts(12) : ResourceQuantities.Empty;
        var limits = _random.Chance(0.6)
            ? QuantityLimits.OfExact(("cpus", guarantees["cpus"] + Scalar.FromUnits(_random.Next(8))),
                ("mem", guarantees["mem"] + Scalar.FromUnits(_random.Next(4096))))
            : QuantityLimits.None;
        _limits[role] = limits;
        Allocator.UpdateQuota(role, new RoleQuota(guarantees, limits));
        return $"quota {role} {guarantees} {limits}";
    }

    /// <summary>However much a role has without being given it: what it is given never takes it beyond its limit.</summary>
    private void CheckLimit(AgentAllocation allocation)
    {
        var top = allocation.Role.Split('/')[0];
        var given = allocation.Resources.Unreserved().Quantities;
        var all = _agents.Values.Aggregate(ResourceQuantities.Empty,
            (sum, total) => sum + ResourceBag.Of([.. total.Where(e => e.Kind.ReservationRole?.Split('/')[0] == top)]).Quantities)
            + _held.Values.Aggregate(ResourceQuantities.Empty,
                (sum, held) =>
                    sum + ResourceBag.Of([.. held.Unreserved().Where(e => e.Kind.AllocationRole?.Split('/')[0] == top)]).Quantities);
        var limits = _limits.GetValueOrDefault(top, QuantityLimits.None);
        foreach (var name in limits.Names)
        {
            Assert.That(given[name].IsZero || all[name] <= limits[name], Is.True, $"{allocation} takes {top} to {all} beyond {limits}");
        }
    }

    private string Reserve((string Framework, string Agent) key)
    {
        var role = _held[key].AllocationRoles()[0];
        var consumed = _held[key].AllocatedIn(role).Unreserved().Named("cpus");
        if (consumed.IsEmpty || role == "*")
        {
            return "reserve nothing";
        }

        var kind = new ResourceKind("cpus", new ReservationStack(new Reservation(ReservationType.Dynamic, role)), role);
        var produced = ResourceBag.Of(new ResourceEntry(kind, consumed[0].Value));
        Allocator.UpdateAllocation(new FrameworkId(key.Framework), new AgentId(key.Agent), consumed, produced);
        _held[key] = (_held[key] - consumed) + produced;
        _agents[key.Agent] = (_agents[key.Agent] - consumed.Unallocate()) + produced.Unallocate();
        return $"reserve {produced} of {key}";
    }

    private string ReserveFree(string agent)
    {
        var consumed = ResourceBag.Parse("cpus:0.5");
        var produced = ResourceBag.Parse("cpus(ops):0.5");
        var isFree = World.Available(agent).Contains(consumed);
        Assert.That(Allocator.TryUpdateAvailable(new AgentId(agent), consumed, produced), Is.EqualTo(isFree));
        if (isFree)
        {
            _agents[agent] = (_agents[agent] - consumed) + produced;
        }

        return $"reserve free of {agent}";
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
