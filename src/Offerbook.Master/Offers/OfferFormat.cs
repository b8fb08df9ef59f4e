using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// An offer as its framework can read it. Without MULTI_ROLE it knows nothing of allocation, without RESERVATION_REFINEMENT
/// nothing of reservation stacks: a client that gets the wrong form often launches nothing and says nothing.
/// </summary>
internal static class OfferFormat
{
    public static Offer ToProto(OfferId id, Framework framework, Agent agent, string role, ResourceBag resources)
    {
        var offer = new Offer
        {
            Id = id.ToProto(),
            FrameworkId = framework.Id.ToProto(),
            AgentId = agent.Id.ToProto(),
            Hostname = agent.Info.Hostname,
            Url = UrlOf(agent),
            Domain = agent.Info.Domain,
            Unavailability = agent.Unavailability,
        };
        offer.Attributes.Add(agent.Info.Attributes);
        foreach (var executor in agent.Executors)
        {
            if (executor.Framework == framework.Id)
            {
                offer.ExecutorIds.Add(executor.Info.ExecutorId);
            }
        }
        offer.Resources.Add(ResourceForms.ForFramework(framework, resources));
        if (framework.MultiRole)
        {
            offer.AllocationInfo = new Resource.Types.AllocationInfo { Role = role };
        }
        return offer;
    }

    /// <summary>Where the agent's own API is.</summary>
    public static URL UrlOf(Agent agent) => new()
    {
        Scheme = "http",
        Address = new Address { Hostname = agent.Info.Hostname, Ip = agent.Ip, Port = agent.Info.Port },
        Path = "/slave(1)",
    };
}
