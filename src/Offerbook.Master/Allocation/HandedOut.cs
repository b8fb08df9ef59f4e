using System.Runtime.InteropServices;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>What a run has handed out so far, brought together by framework when the run is over.</summary>
internal sealed class HandedOut
{
    private readonly List<AgentAllocation> _inOrder = [];

    // Used again by every run: a list for ten thousand agents is a large object, and each new one would hasten a full collection.
    private readonly List<AgentAllocation> _collected = [];
    private readonly List<FrameworkSlot> _servedInOrder = [];
    private readonly List<FrameworkSlot> _served = [];

    public void Add(RoleMember member, AgentSlot agent, ResourceBag allocated)
    {
        _inOrder.Add(new AgentAllocation(member.Framework.Id, member.Role.Role, agent.Id, allocated));
        _servedInOrder.Add(member.Framework);
        if (member.Framework.RunCount++ == 0)
        {
            _served.Add(member.Framework);
        }
    }

    /// <summary>Brings the allocations of each framework together, in the order in which frameworks were first served.</summary>
    public IReadOnlyList<AgentAllocation> Collect()
    {
        var next = 0;
        foreach (var framework in _served)
        {
            framework.RunNext = next;
            next += framework.RunCount;
            framework.RunCount = 0;
        }

        CollectionsMarshal.SetCount(_collected, _inOrder.Count);
        for (var i = 0; i < _inOrder.Count; i++)
        {
            _collected[_servedInOrder[i].RunNext++] = _inOrder[i];
        }

        _inOrder.Clear();
        _servedInOrder.Clear();
        _served.Clear();
        return _collected;
    }
}
