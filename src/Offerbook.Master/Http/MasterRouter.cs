using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Offerbook.Master.Authorization;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Operators;
using Offerbook.Master.Http.Security;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>
/// Finds who answers a path, by the rules that existing clients rely on: <c>/master/…</c> is the same as <c>/…</c>, a trailing
/// slash and <c>.json</c> mean nothing, and a path without a handler reaches that of its parent.
/// </summary>
internal sealed class MasterRouter(MasterGate gate, RealmGuard guard, ILogger? log)
{
    /// <summary>Answered also while the journal is being read.</summary>
    private static readonly FrozenDictionary<string, Func<HttpContext, RunningMaster?, Task>> Early =
        new Dictionary<string, Func<HttpContext, RunningMaster?, Task>>
        {
            ["/health"] = PlainEndpoints.HealthAsync,
            ["/version"] = PlainEndpoints.VersionAsync,
        }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, Func<HttpContext, RunningMaster, Task>> _handlers = Handlers().ToFrozenDictionary();

    /// <summary>The paths that have a handler.</summary>
    public static IEnumerable<string> Paths { get; } = [.. Handlers().Keys];

    /// <summary>
    /// A request that came before the last one on its connection was answered begins on the thread that wrote that answer. It is the
    /// thread of everybody's answers, and is left at once.
    /// </summary>
    public Task ServeAsync(HttpContext context) =>
        Thread.CurrentThread.IsThreadPoolThread ? RouteAsync(context) : Task.Run(() => RouteAsync(context));

    private Task RouteAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (target.Split('?')[0].Contains("/..", StringComparison.Ordinal))
        {
            return NotFound(context);
        }
        var path = Normalize(context.Request.Path.Value ?? "/");
        var route = Resolve(path);
        if (route is null || (route == "/redirect" && path != route))
        {
            return NotFound(context);
        }
        return log?.IsEnabled(LogLevel.Debug) == true ? LogAndServeAsync(log, context, route) : AdmitAndServeAsync(context, route);
    }

    private async Task LogAndServeAsync(ILogger log, HttpContext context, string route)
    {
        await AdmitAndServeAsync(context, route);
        log.LogDebug("{Method} {Route} of {Principal} from {Remote}: {Status}", context.Request.Method, route,
            context.PrincipalName() ?? "nobody in particular", context.Connection.RemoteIpAddress, context.Response.StatusCode);
    }

    private async Task AdmitAndServeAsync(HttpContext context, string route)
    {
        if (!await guard.AdmitAsync(context, Realms.Of(route)))
        {
            return;
        }
        if (gate.Running is { } master)
        {
            // The scheduler API asks for itself, once it knows the call.
            if (Realms.Of(route) is Realm.ReadOnly or Realm.ReadWrite && !await master.Calls.AdmitAsync(context, context.PrincipalName()))
            {
                return;
            }
            if (!EndpointPermissions.Allow(master.Settings.Authorizer, route, context.PrincipalName()))
            {
                await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden, CallPermissions.Forbidden);
                return;
            }
            await _handlers[route](context, master);
        }
        else if (Early.TryGetValue(route, out var early))
        {
            await early(context, null);
        }
        else
        {
            await context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "Master has not finished recovery");
        }
    }

    private string? Resolve(string path)
    {
        while (path.Length > 1)
        {
            if (_handlers.ContainsKey(path))
            {
                return path;
            }
            if (path.EndsWith(".json", StringComparison.Ordinal) && _handlers.ContainsKey(path[..^5]))
            {
                return path[..^5];
            }
            path = path[..path.LastIndexOf('/')];
        }
        return null;
    }

    private static string Normalize(string path)
    {
        path = path.TrimEnd('/');
        if (path == "/master" || path.StartsWith("/master/", StringComparison.Ordinal))
        {
            path = path["/master".Length..];
        }
        return path;
    }

    private static Task NotFound(HttpContext context) => context.Response.WriteTextAsync(StatusCodes.Status404NotFound, "404 Not Found.");

    private static Dictionary<string, Func<HttpContext, RunningMaster, Task>> Handlers() => new()
    {
        ["/api/v1/scheduler"] = SchedulerEndpoint.ServeAsync,
        ["/api/v1"] = OperatorEndpoint.ServeAsync,
        [AgentEndpoint.Path] = AgentEndpoint.ServeAsync,
        ["/health"] = PlainEndpoints.HealthAsync,
        ["/version"] = PlainEndpoints.VersionAsync,
        ["/redirect"] = PlainEndpoints.RedirectAsync,
        ["/flags"] = PlainEndpoints.FlagsAsync,
        ["/teardown"] = TeardownEndpoint.ServeAsync,
        ["/quota"] = QuotaEndpoint.ServeAsync,
        ["/weights"] = WeightsEndpoint.ServeAsync,
        ["/maintenance/schedule"] = MaintenanceEndpoints.ScheduleAsync,
        ["/maintenance/status"] = MaintenanceEndpoints.StatusAsync,
        ["/machine/down"] = MaintenanceEndpoints.DownAsync,
        ["/machine/up"] = MaintenanceEndpoints.UpAsync,
        ["/state"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/state", Legacy.StateJson.Of),
        ["/state-summary"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/state-summary", Legacy.StateSummaryJson.Of),
        ["/slaves"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/slaves", Legacy.SlavesJson.Of),
        ["/frameworks"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/frameworks", Legacy.FrameworksJson.Of),
        ["/tasks"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/tasks", Legacy.TasksJson.Of),
        ["/roles"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/roles", Legacy.RolesJson.Of),
        ["/hierarchical-allocator(1)/offer_constraints_debug"] = (context, master) => ReadEndpoint.ServeAsync(context, master, "/hierarchical-allocator(1)/offer_constraints_debug", Legacy.OfferConstraintsJson.Of),
        [Book.BookEndpoint.Offers] = (context, master) => Book.BookEndpoint.ServeAsync(context, master, Book.OffersEndpoint.AnswerAsync),
        [Book.BookEndpoint.Why] = (context, master) => Book.BookEndpoint.ServeAsync(context, master, Book.WhyEndpoint.AnswerAsync),
        [Book.BookEndpoint.Fairness] = (context, master) => Book.BookEndpoint.ServeAsync(context, master, Book.FairnessEndpoint.AnswerAsync),
        ["/reserve"] = OperationFormEndpoints.ReserveAsync,
        ["/unreserve"] = OperationFormEndpoints.UnreserveAsync,
        ["/create-volumes"] = OperationFormEndpoints.CreateVolumesAsync,
        ["/destroy-volumes"] = OperationFormEndpoints.DestroyVolumesAsync,
        ["/files/browse"] = Files.FilesEndpoint.BrowseAsync,
        ["/files/read"] = Files.FilesEndpoint.ReadAsync,
        ["/files/download"] = Files.FilesEndpoint.DownloadAsync,
        ["/files/debug"] = Files.FilesEndpoint.DebugAsync,
        ["/logging/toggle"] = ProcessEndpoints.ToggleLoggingAsync,
        ["/system/stats"] = ProcessEndpoints.SystemAsync,
        ["/help"] = ProcessEndpoints.HelpAsync,
        ["/metrics/snapshot"] = Metrics.MetricsEndpoint.SnapshotAsync,
        ["/metrics"] = Metrics.MetricsEndpoint.PrometheusAsync,
    };
}
