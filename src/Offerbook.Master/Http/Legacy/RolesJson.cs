using Microsoft.AspNetCore.Http;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /roles: every role that has frameworks, resources, a weight or a quota.</summary>
internal static class RolesJson
{
    public static Answer Of(MasterView view, IQueryCollection query)
    {
        var answer = new JsonAnswer().Then(0, static json =>
        {
            json.BeginObject();
            json.BeginArray("roles"u8);
        });
        var first = true;
        foreach (var role in RoleView.Of(view))
        {
            if (first)
            {
                answer.Then(1, json => Write(json, role));
            }
            else
            {
                answer.More(1, json => Write(json, role));
            }
            first = false;
        }
        return answer.Then(0, static json =>
        {
            json.EndArray();
            json.EndObject();
        });
    }

    private static void Write(LegacyWriter json, RoleView role)
    {
        json.BeginObject();
        json.Text("name"u8, role.Name);
        json.Double("weight"u8, role.Weight);
        json.BeginObject("quota"u8);
        json.Text("role"u8, role.Name);
        Amounts(json, "guarantee"u8, role.Quota?.Guarantees);
        Amounts(json, "limit"u8, role.Quota?.Limits);
        Amounts(json, "consumed"u8, role.Consumed);
        json.EndObject();
        Amounts(json, "resources"u8, role.Allocated + role.Offered);
        Amounts(json, "allocated"u8, role.Allocated);
        Amounts(json, "offered"u8, role.Offered);
        Amounts(json, "reserved"u8, role.Reserved);
        json.BeginArray("frameworks"u8);
        foreach (var framework in role.Frameworks)
        {
            json.Text(framework.Value);
        }
        json.EndArray();
        json.EndObject();
    }

    private static void Amounts(LegacyWriter json, ReadOnlySpan<byte> name, Amounts amounts)
    {
        json.BeginObject(name);
        foreach (var (resource, amount) in amounts)
        {
            if (amount > Scalar.Zero)
            {
                json.Named(resource).Scalar(amount);
            }
        }
        json.EndObject();
    }

    private static void Amounts(LegacyWriter json, ReadOnlySpan<byte> name,
        IEnumerable<KeyValuePair<string, Mesos.V1.Value.Types.Scalar>>? amounts)
    {
        json.BeginObject(name);
        foreach (var (resource, amount) in (amounts ?? []).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            json.Named(resource).Double(amount.Value);
        }
        json.EndObject();
    }
}
