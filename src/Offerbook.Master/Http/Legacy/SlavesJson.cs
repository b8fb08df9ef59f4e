using Microsoft.AspNetCore.Http;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /slaves?slave_id=: agents with their resources in full.</summary>
internal static class SlavesJson
{
    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        var wanted = query["slave_id"].ToString();
        json.BeginObject();
        json.BeginArray("slaves");
        foreach (var agent in view.Agents)
        {
            if (wanted.Length > 0 && agent.Id.Value != wanted)
            {
                continue;
            }
            json.BeginObject();
            json.AgentMembers(agent);
            json.ReservedResourcesFull("reserved_resources_full", agent.Total);
            json.FullResources("unreserved_resources_full", agent.Total.Unreserved());
            json.FullResources("used_resources_full", agent.UsedTotal);
            json.FullResources("offered_resources_full", agent.Offered);
            json.EndObject();
        }
        json.EndArray();
        json.RecoveredAgents(view);
        json.EndObject();
    }
}
