using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Offerbook.Coordination;
using Offerbook.Coordination.Nodes;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>
/// What a master that does not serve says: where the leader is, or why nobody can tell. Names and texts are the original's.
/// </summary>
internal static class StandbyAnswers
{
    /// <summary>
    /// Answers for any endpoint that only the leader serves. Comes before the method, the body or anything else is looked at.
    /// </summary>
    public static Task AnswerAsync(HttpContext context, MasterGate gate) => gate.Standing switch
    {
        _ when gate.IsStopping => WaitAsync(context, "The master is stopping"),
        Standing.Follows { Leader: { } leader } => RedirectAsync(context, Authority(leader) + Target(context)),
        Standing.Follows or Standing.Over => WaitAsync(context, "No leader elected"),
        _ when gate.Halted is { } halted =>
            WaitAsync(context, $"The master can write nothing down, and so change nothing: {halted.Why}",
                StatusCodes.Status507InsufficientStorage),
        _ => WaitAsync(context, "Master has not finished recovery"),
    };

    /// <summary>
    /// /redirect: the leader's address, without scheme or path as clients expect it; its own when it leads, also while it recovers.
    /// </summary>
    public static Task RedirectAsync(HttpContext context, MasterGate gate) => gate.Standing switch
    {
        Standing.Leads when gate.Process is { Settings: var own } => RedirectAsync(context, $"//{own.Hostname}:{own.Port}"),
        Standing.Follows { Leader: { } leader } => RedirectAsync(context, Authority(leader)),
        _ => WaitAsync(context, "No leader elected"),
    };

    /// <summary>Under the name that the leader wants to be known by.</summary>
    private static string Authority(LeaderInfo leader) =>
        $"//{MasterNodes.HostnameIn(leader.Data) ?? leader.Address.Host}:{leader.Address.Port}";

    /// <summary>Path and query as they came.</summary>
    private static string Target(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return target.StartsWith('/') ? target : context.Request.Path + context.Request.QueryString;
    }

    private static Task RedirectAsync(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = location;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static Task WaitAsync(HttpContext context, string text, int status = StatusCodes.Status503ServiceUnavailable)
    {
        context.Response.Headers.RetryAfter = "1";
        return context.Response.WriteTextAsync(status, text);
    }
}
