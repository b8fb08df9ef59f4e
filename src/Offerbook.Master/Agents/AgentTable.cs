using System.Diagnostics.CodeAnalysis;
using Mesos.V1;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Agents;

/// <summary>The agents that have registered with this master, in that order, and those that are expected back after its start.</summary>
internal sealed class AgentTable : IEnumerable<Agent>
{
    private readonly OrderedMap<AgentId, Agent> _agents = new();
    private readonly Dictionary<string, Agent> _byPid = [];
    private long _next;

    public int Count => _agents.Count;

    /// <summary>Known from the journal and not heard of since the master started.</summary>
    public SortedDictionary<AgentId, AgentInfo> Recovered { get; } = [];

    public Agent? Find(AgentId id) => _agents.Find(id);

    public Agent? FindByPid(string pid) => _byPid.GetValueOrDefault(pid);

    public bool TryGet(AgentId id, [MaybeNullWhen(false)] out Agent agent) => _agents.TryGet(id, out agent);

    public AgentId NextId(string masterId) => new($"{masterId}-S{_next++}");

    public void Add(Agent agent)
    {
        _agents.Set(agent.Id, agent);
        _byPid[agent.Pid] = agent;
    }

    public void Remove(Agent agent)
    {
        _agents.Remove(agent.Id);
        ForgetPid(agent);
    }

    /// <summary>Takes over what an agent says of itself, which may change where it is found.</summary>
    public void Update(Agent agent, AgentInfo info, string ip)
    {
        ForgetPid(agent);
        agent.Info = info;
        agent.Ip = ip;
        _byPid[agent.Pid] = agent;
    }

    public IEnumerator<Agent> GetEnumerator() => _agents.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    private void ForgetPid(Agent agent)
    {
        if (_byPid.GetValueOrDefault(agent.Pid) == agent)
        {
            _byPid.Remove(agent.Pid);
        }
    }
}
