using Microsoft.AspNetCore.Http;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /roles: every role that has frameworks or resources.</summary>
internal static class RolesJson
{
    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        json.BeginObject();
        json.BeginArray("roles");
        foreach (var role in RoleView.Of(view))
        {
            json.BeginObject();
            json.Text("name", role.Name);
            json.Double("weight", 1);
            json.BeginObject("quota");
            json.Text("role", role.Name);
            json.EmptyObject("guarantee");
            json.EmptyObject("limit");
            json.Quantities("consumed", role.Allocated.Unallocate().Scalars());
            json.EndObject();
            json.Quantities("resources", role.Allocated + role.Offered);
            json.Quantities("allocated", role.Allocated);
            json.Quantities("offered", role.Offered);
            json.Quantities("reserved", role.Reserved);
            json.Texts("frameworks", role.Frameworks.Select(id => id.Value));
            json.EndObject();
        }
        json.EndArray();
        json.EndObject();
    }
}
