using Microsoft.AspNetCore.Http;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /slaves?slave_id=: agents with their resources in full.</summary>
internal static class SlavesJson
{
    public static Answer Of(MasterView view, IQueryCollection query)
    {
        var wanted = query["slave_id"].ToString();
        var answer = new JsonAnswer().Then(0, static json =>
        {
            json.BeginObject();
            json.BeginArray("slaves"u8);
        });
        if (wanted.Length == 0)
        {
            answer.Each(view.Agents, Write);
        }
        else
        {
            answer.Then(1, json =>
            {
                foreach (var agent in view.Agents.Where(agent => agent.Id.Value == wanted))
                {
                    Write(json, agent);
                }
            });
        }
        return answer.Then(0, static json =>
            {
                json.EndArray();
                json.BeginArray("recovered_slaves"u8);
            })
            .Each(view.RecoveredAgents, (json, info) =>
            {
                if (wanted.Length == 0 || info.Id.Value == wanted)
                {
                    json.RecoveredAgent(info);
                }
            })
            .Then(0, static json =>
            {
                json.EndArray();
                json.EndObject();
            });
    }

    private static void Write(LegacyWriter json, AgentView agent)
    {
        json.BeginObject();
        json.AgentMembers(agent);
        json.ReservedResourcesFull("reserved_resources_full"u8, agent.Total);
        json.FullResources("unreserved_resources_full"u8, agent.Total.Unreserved());
        json.FullResources("used_resources_full"u8, agent.UsedTotal);
        json.FullResources("offered_resources_full"u8, agent.Offered);
        json.EndObject();
    }
}
