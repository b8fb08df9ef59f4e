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
        json.Text("build_date", BuildInfo.Date);
        json.Double("build_time", BuildInfo.Time);
        json.Text("build_user", "");
        json.Text("git_tag", BuildInfo.Tag);
        json.Text("version", MasterSettings.ApiVersion);
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
        json.BeginObject("flags");
        foreach (var (name, value) in FlagList.Of(master.Settings))
        {
            json.Text(name, value);
        }
        json.EndObject();
        json.EndObject();
    });
}
