using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Offerbook.Master.Authorization;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Operators;
using Offerbook.Master.Http.Security;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>
/// Finds who answers a path, by the rules that existing clients rely on: <c>/master/…</c> is the same as <c>/…</c>, a trailing
/// slash and <c>.json</c> mean nothing, and a path without a handler reaches that of its parent.
/// </summary>
internal sealed class MasterRouter(MasterGate gate, RealmGuard guard, ILogger? log)
{
    /// <summary>Answered always.</summary>
    private static readonly FrozenDictionary<string, Func<HttpContext, Task>> Early = new Dictionary<string, Func<HttpContext, Task>>
    {
        ["/health"] = PlainEndpoints.HealthAsync,
        ["/version"] = PlainEndpoints.VersionAsync,
    }.ToFrozenDictionary();

    /// <summary>Answered by every master for itself, whether it leads or not.</summary>
    private static readonly FrozenDictionary<string, Func<HttpContext, MasterGate, Task>> Local =
        new Dictionary<string, Func<HttpContext, MasterGate, Task>>
    {
        ["/redirect"] = StandbyAnswers.RedirectAsync,
        ["/flags"] = (context, gate) => PlainEndpoints.FlagsAsync(context, gate.Process!),
        ["/files/browse"] = (context, gate) => Files.FilesEndpoint.BrowseAsync(context, gate.Process!),
        ["/files/read"] = (context, gate) => Files.FilesEndpoint.ReadAsync(context, gate.Process!),
        ["/files/download"] = (context, gate) => Files.FilesEndpoint.DownloadAsync(context, gate.Process!),
        ["/files/debug"] = (context, gate) => Files.FilesEndpoint.DebugAsync(context, gate.Process!),
        ["/logging/toggle"] = (context, gate) => ProcessEndpoints.ToggleLoggingAsync(context, gate.Process!),
        ["/system/stats"] = (context, gate) => ProcessEndpoints.SystemAsync(context, gate.Process!),
        ["/help"] = (context, gate) => ProcessEndpoints.HelpAsync(context, gate.Process!),
        ["/metrics/snapshot"] = Metrics.MetricsEndpoint.SnapshotAsync,
        ["/metrics"] = Metrics.MetricsEndpoint.PrometheusAsync,
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, Func<HttpContext, RunningMaster, Task>> _handlers = Handlers().ToFrozenDictionary();

    /// <summary>The paths that have a handler.</summary>
    public static IEnumerable<string> Paths { get; } = [.. Handlers().Keys, .. Local.Keys, .. Early.Keys];

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
        if (Early.TryGetValue(route, out var early))
        {
            await early(context);
        }
        else if (gate.Process is { } process)
        {
            await ServeAsync(context, process, route);
        }
        else
        {
            await StandbyAnswers.AnswerAsync(context, gate);
        }
    }

    private async Task ServeAsync(HttpContext context, MasterProcess process, string route)
    {
        var master = gate.IsStopping ? null : gate.Running ?? (Reads(context, route) ? gate.Halted?.Master : null);
        var isLocal = Local.TryGetValue(route, out var local);
        if (master is null && !isLocal)
        {
            if (route == AgentEndpoint.Path)
            {
                // Whoever leads takes no agent through a connection from before.
                context.Response.Headers.Connection = "close";
            }
            await StandbyAnswers.AnswerAsync(context, gate);
            return;
        }
        // The scheduler API asks for itself, once it knows the call.
        if (Realms.Of(route) is Realm.ReadOnly or Realm.ReadWrite && !await process.Calls.AdmitAsync(context, context.PrincipalName()))
        {
            return;
        }
        if (!EndpointPermissions.Allow(process.Settings.Authorizer, route, context.PrincipalName()))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden, CallPermissions.Forbidden);
            return;
        }
        await (isLocal ? local!(context, gate) : _handlers[route](context, master!));
    }

    private string? Resolve(string path)
    {
        while (path.Length > 1)
        {
            if (IsKnown(path))
            {
                return path;
            }
            if (path.EndsWith(".json", StringComparison.Ordinal) && IsKnown(path[..^5]))
            {
                return path[..^5];
            }
            path = path[..path.LastIndexOf('/')];
        }
        return null;
    }

    private static bool Reads(HttpContext context, string route) =>
        Realms.Of(route) == Realm.ReadOnly && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));

    private bool IsKnown(string path) => _handlers.ContainsKey(path) || Local.ContainsKey(path) || Early.ContainsKey(path);

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
        ["/hierarchical-allocator(1)/offer_constraints_debug"] = (context, master) =>
            ReadEndpoint.ServeAsync(context, master, "/hierarchical-allocator(1)/offer_constraints_debug", Legacy.OfferConstraintsJson.Of),
        [Book.BookEndpoint.Offers] = (context, master) => Book.BookEndpoint.ServeAsync(context, master, Book.OffersEndpoint.AnswerAsync),
        [Book.BookEndpoint.Why] = (context, master) => Book.BookEndpoint.ServeAsync(context, master, Book.WhyEndpoint.AnswerAsync),
        [Book.BookEndpoint.Fairness] = (context, master) =>
            Book.BookEndpoint.ServeAsync(context, master, Book.FairnessEndpoint.AnswerAsync),
        [FormatAnswer.Path] = FormatEndpoint.ServeAsync,
        ["/reserve"] = OperationFormEndpoints.ReserveAsync,
        ["/unreserve"] = OperationFormEndpoints.UnreserveAsync,
        ["/create-volumes"] = OperationFormEndpoints.CreateVolumesAsync,
        ["/destroy-volumes"] = OperationFormEndpoints.DestroyVolumesAsync,
    };
}
