using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Operator;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>Endpoints that need no view of the cluster.</summary>
internal static class PlainEndpoints
{
    public static Task HealthAsync(HttpContext context)
    {
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task VersionAsync(HttpContext context) => ReadEndpoint.SendAsync(context, json =>
    {
        json.BeginObject();
        json.Text("build_date"u8, BuildInfo.Date);
        json.Double("build_time"u8, BuildInfo.Time);
        json.Text("build_user"u8, "");
        json.Text("git_tag"u8, BuildInfo.Tag);
        json.Text("version"u8, MasterSettings.ApiVersion);
        json.EndObject();
    });

    public static Task FlagsAsync(HttpContext context, MasterProcess master) => ReadEndpoint.SendAsync(context, json =>
    {
        json.BeginObject();
        json.BeginObject("flags"u8);
        foreach (var (name, value) in FlagList.Of(master.Settings))
        {
            json.Named(name).Text(value);
        }
        json.EndObject();
        json.EndObject();
    });
}
