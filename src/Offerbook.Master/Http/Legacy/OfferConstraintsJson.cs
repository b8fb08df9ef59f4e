using Microsoft.AspNetCore.Http;
using Offerbook.Master.Agents;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>
/// <c>/hierarchical-allocator(1)/offer_constraints_debug</c>: for each framework its suppressed roles, and for each of its roles the
/// agents that its offer constraints exclude. Costs a question for each constrained role and agent, off the master's loop.
/// </summary>
internal static class OfferConstraintsJson
{
    public static Answer Of(MasterView view, IQueryCollection query) => new JsonAnswer().Then(1, json => Write(json, view));

    private static void Write(LegacyWriter json, MasterView view)
    {
        var agents = view.Agents.Select(agent => (agent.Id, Facts: AllocatorAgents.FactsOf(agent.Info))).ToList();
        json.BeginObject();
        json.BeginObject("frameworks"u8);
        foreach (var framework in view.Frameworks)
        {
            json.Named(framework.Id.Value).BeginObject();
            json.BeginArray("suppressed_roles"u8);
            foreach (var role in framework.SuppressedRoles)
            {
                json.Text(role);
            }
            json.EndArray();
            json.BeginObject("excluded_by_attribute_constraints"u8);
            foreach (var role in framework.Roles)
            {
                json.Named(role).BeginArray();
                if (framework.Constraints.Roles.TryGetValue(role, out var constraint))
                {
                    foreach (var (id, _) in agents.Where(agent => !constraint.Allows(agent.Facts)))
                    {
                        json.Text(id.Value);
                    }
                }
                json.EndArray();
            }
            json.EndObject();
            json.EndObject();
        }
        json.EndObject();
        json.EndObject();
    }
}
