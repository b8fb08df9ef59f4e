using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Newtonsoft.Json;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>
/// What a process does with a request while it does not serve itself:
/// <code>
/// serves ──▶ the request is its own
/// nobody leads, or it does itself but does not serve yet ──▶ waits; at last 502
/// another leads, or did when the election was last heard of ──▶ the request has been here before: 502
///               ──▶ a stream: 302 to the leader
///               ──▶ handed on to the leader as it is, and its answer back, both piece by piece
/// being stopped ──▶ 503 with Retry-After
/// </code>
/// A request is sent once: whether a leader that died in between has done it, its client must look.
/// </summary>
public sealed class LeaderProxy : IDisposable
{
    private readonly TermKeeper _keeper;
    private readonly StandbyOptions _options;
    private readonly TimeProvider _time;
    private readonly RequestForwarder _forwarder;
    private readonly string _via;
    private volatile bool _stopping;

    public LeaderProxy(TermKeeper keeper, StandbyOptions options, TimeProvider time)
    {
        (_keeper, _options, _time, _via) = (keeper, options, time, "1.1 " + options.Self.Authority);
        _forwarder = new RequestForwarder(options, _via, time);
    }

    /// <summary>From now on nobody is waited for: this process ends.</summary>
    public void Stop() => _stopping = true;

    /// <returns>False: the request is to be served here.</returns>
    public async Task<bool> TryAnswerAsync(HttpContext context)
    {
        if (_keeper.Serves)
        {
            return false;
        }
        try
        {
            return await FindAsync(context.RequestAborted) switch
            {
                Found.Here => false,
                Found.Elsewhere there => await AnswerAsync(context, there.Leader),
                _ when _stopping => await RefuseAsync(context, 503, "The server is stopping. Try again in a moment."),
                _ => await RefuseAsync(context, 502, "Could not determine the current leader"),
            };
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is left to answer.
            return true;
        }
    }

    public void Dispose() => _forwarder.Dispose();

    private async Task<Found> FindAsync(CancellationToken clientLeft)
    {
        using var patience = new CancellationTokenSource(_options.Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, clientLeft);
        while (!_stopping)
        {
            var (standing, serves) = (_keeper.Standing, _keeper.Serves);
            if (serves)
            {
                return Found.Here.Instance;
            }
            // Who led last may lead still, and says so by serving: if it does not, it passes the request on or refuses it itself.
            if (standing is Standing.Follows follows && (follows.Leader ?? follows.Last)?.Address is { } leader
                && leader.Authority != _options.Self.Authority)
            {
                return new Found.Elsewhere(leader);
            }
            try
            {
                await _keeper.ChangedAsync(standing, serves, either.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                break;
            }
        }
        return Found.Nowhere.Instance;
    }

    private async Task<bool> AnswerAsync(HttpContext context, Uri leader)
    {
        if (ForwardedHeaders.HasBeenAt(context.Request, _options.ViaHeader, _via))
        {
            return await RefuseAsync(context, 502, "Detected proxying loop.");
        }
        var target = leader.GetLeftPart(UriPartial.Authority) + TargetOf(context);
        if (_options.SendsAway(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = target;
            return true;
        }
        return await _forwarder.SendAsync(context, target) is not { } failure
            || await RefuseAsync(context, failure.Status, failure.Message);
    }

    /// <summary>Path and query as the client wrote them.</summary>
    private static string TargetOf(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return raw.StartsWith('/') ? raw
            : Uri.TryCreate(raw, UriKind.Absolute, out var absolute) ? absolute.PathAndQuery
            : context.Request.Path + context.Request.QueryString.ToString();
    }

    private async Task<bool> RefuseAsync(HttpContext context, int status, string message)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status502BadGateway)
        {
            response.Headers.RetryAfter = "1";
        }
        await response.WriteAsync($"{{\"message\":{JsonConvert.ToString(message)}}}", context.RequestAborted);
        return true;
    }

    /// <summary>Who takes a request.</summary>
    private abstract record Found
    {
        private Found()
        {
        }

        public sealed record Here : Found
        {
            public static Here Instance { get; } = new();
        }

        public sealed record Elsewhere(Uri Leader) : Found;

        public sealed record Nowhere : Found
        {
            public static Nowhere Instance { get; } = new();
        }
    }
}
