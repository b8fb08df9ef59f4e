using System.Diagnostics.CodeAnalysis;
using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Agents;

/// <summary>The agents that have registered with this master, in that order, and those that are expected back after its start.</summary>
internal sealed class AgentTable : IEnumerable<Agent>
{
    private readonly OrderedMap<AgentId, Agent> _agents = new();
    private readonly Dictionary<(string Hostname, string Pid), Agent> _byAddress = [];
    private long _next;

    public int Count => _agents.Count;

    /// <summary>Known from the journal and not heard of since the master started.</summary>
    public BlockMap<AgentId, AgentInfo> Recovered { get; } = new();

    /// <summary>The agents that views must look at again.</summary>
    public ChangeQueue<Agent> Changes { get; } = new();

    public Agent? Find(AgentId id) => _agents.Find(id);

    /// <summary>The agent that was last found there; agents behind one address differ in their hostnames.</summary>
    public Agent? FindByAddress(string hostname, string pid) => _byAddress.GetValueOrDefault((hostname, pid));

    public bool TryGet(AgentId id, [MaybeNullWhen(false)] out Agent agent) => _agents.TryGet(id, out agent);

    public AgentId NextId(string masterId) => new($"{masterId}-S{_next++}");

    public void Add(Agent agent)
    {
        _agents.Set(agent.Id, agent);
        _byAddress[AddressOf(agent)] = agent;
        agent.ReportTo(Changes);
    }

    public void Remove(Agent agent)
    {
        _agents.Remove(agent.Id);
        agent.Touch();
        ForgetAddress(agent);
    }

    /// <summary>Takes over what an agent says of itself, which may change where it is found.</summary>
    public void Update(Agent agent, AgentInfo info, string ip)
    {
        ForgetAddress(agent);
        agent.Info = info;
        agent.Ip = ip;
        _byAddress[AddressOf(agent)] = agent;
    }

    public IEnumerator<Agent> GetEnumerator() => _agents.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    private void ForgetAddress(Agent agent)
    {
        if (_byAddress.GetValueOrDefault(AddressOf(agent)) == agent)
        {
            _byAddress.Remove(AddressOf(agent));
        }
    }

    private static (string, string) AddressOf(Agent agent) => (agent.Info.Hostname, agent.Pid);
}
