using Offerbook.Actors;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>
/// The rules of a cycle as plainly as they can be said, for whole agents and top-level roles without quotas: every agent goes to
/// the first framework, of the roles by share and of a role's frameworks by share, that may see it and has not refused it.
/// Everything is worked out anew for each agent; nothing is remembered but who holds what.
/// </summary>
internal sealed class PlainAllocation(ulong seed)
{
    private readonly SeededRandom _random = new(seed);
    private readonly List<PlainAgent> _agents = [];
    private readonly List<PlainFramework> _frameworks = [];

    // Agents that something happened to, in that order; before each cycle.
    private readonly List<PlainAgent> _candidates = [];

    // How often a role or a framework was given something.
    private readonly Dictionary<string, int> _roleCounts = [];

    public void Add(PlainAgent agent)
    {
        _agents.Add(agent);
        _candidates.Add(agent);
    }

    public void Add(PlainFramework framework)
    {
        _frameworks.Add(framework);
        foreach (var agent in _agents.Where(agent => !_candidates.Contains(agent)))
        {
            _candidates.Add(agent);
        }
    }

    public void GiveBack(string agent, bool refuse)
    {
        var slot = _agents.Single(a => a.Id == agent);
        if (refuse)
        {
            slot.RefusedBy.Add(slot.Holder!);
        }

        slot.Holder = null;
        if (!_candidates.Contains(slot))
        {
            _candidates.Add(slot);
        }
    }

    /// <summary>
    /// One cycle, told as <c>framework@agent</c>, those of one framework together, in the order in which they were first served.
    /// </summary>
    public List<string> Run()
    {
        _random.Shuffle(_candidates);
        var given = new List<(string Framework, string Agent)>();
        foreach (var agent in _candidates.Where(agent => agent.Holder is null))
        {
            var first = _frameworks
                .Where(framework => (!agent.HasGpus || framework.TakesGpus) && !agent.RefusedBy.Contains(framework.Id))
                .OrderBy(framework => Share(a => RoleOf(a) == framework.Role) / framework.RoleWeight)
                .ThenBy(framework => _roleCounts.GetValueOrDefault(framework.Role))
                .ThenBy(framework => framework.Role, StringComparer.Ordinal)
                .ThenBy(framework => Share(a => a.Holder == framework.Id))
                .ThenBy(framework => framework.Served)
                .ThenBy(framework => framework.Id, StringComparer.Ordinal)
                .FirstOrDefault();
            if (first is not null)
            {
                agent.Holder = first.Id;
                first.Served++;
                _roleCounts[first.Role] = _roleCounts.GetValueOrDefault(first.Role) + 1;
                given.Add((first.Id, agent.Id));
            }
        }

        _candidates.Clear();
        return [.. given.GroupBy(g => g.Framework).SelectMany(group => group.Select(g => $"{g.Framework}@{g.Agent}"))];
    }

    private string? RoleOf(PlainAgent agent) => _frameworks.SingleOrDefault(framework => framework.Id == agent.Holder)?.Role;

    private double Share(Func<PlainAgent, bool> isHeld)
    {
        var held = _agents.Where(agent => agent.Holder is not null && isHeld(agent)).ToList();
        return new Func<PlainAgent, long>[] { a => a.Cpus, a => a.Mem, a => a.HasGpus ? 1 : 0 }
            .Select(amount => (Held: held.Sum(amount) * 1000, All: _agents.Sum(amount) * 1000))
            .Max(sum => sum.All == 0 ? 0 : sum.Held / (double)sum.All);
    }
}

internal sealed record PlainAgent(string Id, long Cpus, long Mem, bool HasGpus)
{
    public string? Holder { get; set; }

    public HashSet<string> RefusedBy { get; } = [];

    public string Total => $"cpus:{Cpus};mem:{Mem}" + (HasGpus ? ";gpus:1" : "") + ";ports:[31000-32000]";
}

internal sealed record PlainFramework(string Id, string Role, double RoleWeight, bool TakesGpus)
{
    public int Served { get; set; }
}
