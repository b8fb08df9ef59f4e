using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Operator;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>Endpoints that need no view of the cluster.</summary>
internal static class PlainEndpoints
{
    public static Task HealthAsync(HttpContext context, RunningMaster? master)
    {
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task VersionAsync(HttpContext context, RunningMaster? master) => ReadEndpoint.SendAsync(context, json =>
    {
        json.BeginObject();
        json.Text("build_date"u8, BuildInfo.Date);
        json.Double("build_time"u8, BuildInfo.Time);
        json.Text("build_user"u8, "");
        json.Text("git_tag"u8, BuildInfo.Tag);
        json.Text("version"u8, MasterSettings.ApiVersion);
        json.EndObject();
    });

    /// <summary>This master leads: the answer is its own address, without scheme or path as clients expect it.</summary>
    public static Task RedirectAsync(HttpContext context, RunningMaster master)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"//{master.Settings.Hostname}:{master.Settings.Port}";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task FlagsAsync(HttpContext context, RunningMaster master) => ReadEndpoint.SendAsync(context, json =>
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
