using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>
/// Clients who have Apps look around first: what would a document change and does it fit, and which instances would be better
/// elsewhere. In the end the app with preferences is asked to move until there is nothing to move: a placement that is made better
/// again and again comes to an end.
/// </summary>
internal sealed class Looks(AppsClient client, SeededRandom random, KindsDrawing drawing, AppRecord choosy)
{
    /// <summary>Nobody asks for these: they are only looked at.</summary>
    private int _revision = 2_900_000;

    /// <summary>Whether there was nothing left to move.</summary>
    public bool IsSettled { get; private set; }

    /// <param name="send">Sends a request that leaves the app what it is.</param>
    public void Rebalance(Action<string, AppRecord> send)
    {
        if (!choosy.IsBusy && choosy.MayExist)
        {
            send($"POST /offerbook/v1/apps{choosy.Id}/rebalance{random.Pick(["", "?force=true", "?dryRun=true"])}", choosy);
        }
    }

    public void Preview()
    {
        var (body, _) = drawing.Draw(random.Pick([AppKinds.Choosy[0], AppKinds.RunOnce[0], AppKinds.Daemons[0], AppKinds.ResidentPod]),
            new AppFacts(random.Next(KindsDrawing.MaxInstances + 1), ++_revision, Good: true));
        client.Send("POST /offerbook/v1/plan", body, [], (_, facts) => [facts], (status, _) =>
            Invariant.Check(status is null or 200 or >= 500, $"I26: a plan of {body["id"]} is answered {status}"));
    }

    public void Settle()
    {
        if (!IsSettled && !choosy.IsBusy && !choosy.MayBeBad)
        {
            client.Send($"POST /offerbook/v1/apps{choosy.Id}/rebalance", null, [choosy], (_, facts) => [facts], (status, answer) =>
                IsSettled = status == 404 || (status == 200 && answer?["moves"] is JArray { Count: 0 }));
        }
    }
}
