using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Workload;

/// <summary>
/// Sends changes to the Apps REST API as an HTTP client would and keeps the records of what was promised. Several requests may be
/// under way at once, but never two that concern the same app.
/// </summary>
public sealed class AppsClient(SimCluster cluster)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public int Sent { get; private set; }

    public int Acknowledged { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Told of each request's end: its status, or null when no answer came; and the answer.</summary>
    public delegate void Ended(int? status, JToken? answer);

    /// <param name="apps">The apps that the request would change; none of them may be busy.</param>
    /// <param name="change">What it would make of an app that is in a possible state; nothing when it is impossible in that state.</param>
    /// <param name="to">The machine that is asked; null: any of Apps.</param>
    public void Send(
        string request, JToken? body, IReadOnlyList<AppRecord> apps, Func<AppRecord, AppFacts?, IEnumerable<AppFacts?>> change, Ended ended,
        string? to = null)
    {
        foreach (var app in apps)
        {
            app.Begin(facts => change(app, facts));
        }
        // One app that gives up takes the whole deployment back.
        var mayRevert = apps.Any(app => app.Pending.Exists(facts => facts is { MayRevert: true }));
        Sent++;
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToString(Formatting.None));
        int? status = null;
        JToken? answer = null;
        SimExchange? exchange = null;
        exchange = cluster.Network.Send(SimCluster.ClientName, to ?? cluster.AddressOf(cluster.AppsRole),
            new SimFrame(request, bytes) { Path = request },
            frame => (status, answer) = (frame.Status, frame.Body.IsEmpty ? null : JToken.Parse(frame.Text)),
            _ => Settle(),
            Patience);

        void Settle()
        {
            if (status is null or >= 500 && !exchange!.RequestSettled)
            {
                // The request may still arrive: the client must not ask for anything else meanwhile.
                cluster.World.Schedule(TimeSpan.FromSeconds(1), null, Settle);
                return;
            }
            foreach (var app in apps)
            {
                switch (status)
                {
                    case >= 200 and < 300:
                        app.Acknowledge(mayRevert);
                        break;
                    case >= 400 and < 500:
                        app.Refuse();
                        break;
                    default:
                        app.LeaveOpen();
                        break;
                }
            }
            Acknowledged += status is >= 200 and < 300 ? 1 : 0;
            Refused += status is >= 400 and < 500 ? 1 : 0;
            cluster.World.Note($"client has {status?.ToString() ?? "no answer"} for {request}");
            ended(status, answer);
        }
    }
}
