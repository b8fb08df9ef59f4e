using Mesos.V1.Quota;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Http.Operators;

/// <summary>/quota: GET shows all quotas, POST sets a role's first one, DELETE of /quota/role removes it.</summary>
internal static class QuotaEndpoint
{
    private const string Path = "/quota/";

    public static Task ServeAsync(HttpContext context, RunningMaster master) => context.Request.Method switch
    {
        "GET" or "HEAD" => ReadEndpoint.ServeAsync(context, master, static (json, view, _) => json.Message(view.Operator.QuotaStatus())),
        "POST" => SetAsync(context, master),
        "DELETE" => RemoveAsync(context, master),
        _ => context.RefuseMethodAsync("GET", "POST", "DELETE"),
    };

    private static async Task SetAsync(HttpContext context, RunningMaster master)
    {
        var request = await PlainCalls.ReadAsync<QuotaRequest>(context, static (error, body) =>
            $"Failed to {(error.Kind == WireErrorKind.MalformedJson ? "parse" : "validate")} set quota request JSON '{body}': {error.Detail}");
        if (request is not null)
        {
            await PlainCalls.PostAsync(context, master,
                new OperatorCall { Type = Type.SetQuota, SetQuota = new() { QuotaRequest = request } });
        }
    }

    private static async Task RemoveAsync(HttpContext context, RunningMaster master)
    {
        var path = context.Request.Path.Value ?? "";
        var at = path.IndexOf(Path, StringComparison.Ordinal);
        var role = at < 0 ? "" : path[(at + Path.Length)..].TrimEnd('/');
        if (role.Length == 0)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest,
                "Failed to parse remove quota request for path '/master/quota': expected 3 tokens, found 2 tokens");
        }
        else if (await master.Views.GetAsync() is { } view && view.Operator.Quotas.All(quota => quota.Role != role))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest,
                $"Failed to remove quota for path '/master/quota/{role}': Role '{role}' has no quota set");
        }
        else
        {
            await PlainCalls.PostAsync(context, master, new OperatorCall { Type = Type.RemoveQuota, RemoveQuota = new() { Role = role } });
        }
    }
}
