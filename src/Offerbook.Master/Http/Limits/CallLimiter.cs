using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Operator.Metrics;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Limits;

/// <summary>
/// Bounds how often each principal calls. Principals without a limit of their own, and everybody while authentication is off, share
/// the default. Never limited: agents, acknowledgements of updates (an update that is not acknowledged is sent again and again), and
/// what is open to everybody. A refused call has changed nothing.
/// </summary>
internal sealed class CallLimiter
{
    /// <summary>Principals that are counted by name; names beyond it, which credentials files bound anyway, are not.</summary>
    private const int MaxCounted = 10_000;

    private readonly Dictionary<string, TokenBucket?> _byPrincipal = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PrincipalLimit> _limits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Counts> _counts = new(StringComparer.Ordinal);
    private readonly TokenBucket? _others;
    private readonly double? _othersQps;
    private long _refused;

    public CallLimiter(RateLimitSettings? settings, TimeProvider time)
    {
        foreach (var limit in settings?.Limits ?? [])
        {
            _limits.Add(limit.Principal, limit);
            _byPrincipal.Add(limit.Principal, limit.Qps is { } qps ? new TokenBucket(qps, limit.Capacity ?? Math.Max(1, qps), time) : null);
        }
        if (settings?.AggregateDefaultQps is { } rest)
        {
            (_othersQps, _others) = (rest, new TokenBucket(rest, settings.AggregateDefaultCapacity ?? Math.Max(1, rest), time));
        }
    }

    /// <summary>Answers 429 when the principal has called too often.</summary>
    /// <returns>Whether the call may go on.</returns>
    public async ValueTask<bool> AdmitAsync(HttpContext context, string? principal)
    {
        var counts = principal is null ? null : CountsOf(principal);
        counts?.Received();
        var own = principal is not null && _byPrincipal.ContainsKey(principal);
        var bucket = own ? _byPrincipal[principal!] : _others;
        if (bucket is null || bucket.TryTake(out var wait))
        {
            counts?.Processed();
            return true;
        }
        Interlocked.Increment(ref _refused);
        var seconds = (long)Math.Ceiling(wait.TotalSeconds);
        var who = own ? $"Principal '{principal}' calls" : "Principals without a limit of their own together call";
        var qps = own ? _limits[principal!].Qps : _othersQps;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await context.Response.WriteTextAsync(StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture,
            $"{who} more often than the {qps} times a second that --rate_limits allows. Try again in {seconds} s"));
        return false;
    }

    public void AddTo(IMetricSink sink)
    {
        sink.Add(MetricKind.Counter, "master/calls_over_rate_limit", Interlocked.Read(ref _refused), "calls_over_rate_limit");
        foreach (var (principal, counts) in _counts)
        {
            var label = new MetricLabel("principal", principal);
            var name = Uri.EscapeDataString(principal);
            sink.Add(MetricKind.Counter, $"frameworks/{name}/messages_received", counts.ReceivedCount, "principal_calls_received", label);
            sink.Add(MetricKind.Counter, $"frameworks/{name}/messages_processed", counts.ProcessedCount, "principal_calls_processed",
                label);
        }
    }

    private Counts? CountsOf(string principal) =>
        _counts.TryGetValue(principal, out var counts) ? counts
        : _counts.Count < MaxCounted ? _counts.GetOrAdd(principal, _ => new Counts())
        : null;

    private sealed class Counts
    {
        private long _received;
        private long _processed;

        public long ReceivedCount => Interlocked.Read(ref _received);

        public long ProcessedCount => Interlocked.Read(ref _processed);

        public void Received() => Interlocked.Increment(ref _received);

        public void Processed() => Interlocked.Increment(ref _processed);
    }
}
