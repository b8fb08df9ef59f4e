using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;

namespace Offerbook.Master.Offers;

/// <summary>One ACCEPT whose operations are being carried out in order: whose offers it used, and what of them is left.</summary>
internal sealed class AcceptRun(Framework framework, Agent agent, string role, ResourceBag offered)
{
    public Framework Framework { get; } = framework;

    public Agent Agent { get; } = agent;

    /// <summary>What the offers are allocated to; an operation that names no role means this one.</summary>
    public string Role { get; } = role;

    /// <summary>What the offers held when the call came.</summary>
    public ResourceBag Offered { get; } = offered;

    /// <summary>What the next operation may use: what was offered, less what is used, in the form that operations have given it.</summary>
    public ResourceBag Remaining { get; set; } = offered;

    /// <summary>Takes resources that are left and become a task's or an executor's.</summary>
    public void Use(ResourceBag resources)
    {
        if (!resources.IsEmpty)
        {
            Remaining -= resources;
        }
    }
}
