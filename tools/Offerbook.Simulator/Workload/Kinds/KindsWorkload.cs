using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>
/// Random clients of apps that are no plain services: with volumes, on every agent, run to completion, with preferences. They put,
/// scale, suspend, resume, restart (alone and as a group), move and delete them, kill and wipe tasks, pause and promote deployments
/// and take them back. When they stop, apps that cannot become well are put right. A pod with volumes may be among them, and clients
/// who look around first.
/// </summary>
public sealed class KindsWorkload
{
    private readonly SimCluster _cluster;
    private readonly AppsClient _client;
    private readonly SeededRandom _random;
    private readonly KindsDrawing _drawing;
    private readonly AppPromises _promises;
    private readonly Steering _steering;
    private readonly Looks? _looks;
    private readonly GoneAgents _gone;
    private readonly TimeSpan _mean;
    private readonly List<(string Id, IReadOnlyList<AppRecord> Apps, int Requests)> _deployments = [];
    private int _revision = 2_000_000;
    private bool _stopped;

    /// <param name="pods">Whether a pod with volumes is among them.</param>
    /// <param name="looks">Whether some ask what would fit, and have instances moved to better places.</param>
    public KindsWorkload(SimCluster cluster, AppsClient client, AppPromises promises, bool pods, bool looks)
    {
        (_cluster, _client, _promises) = (cluster, client, promises);
        _random = cluster.World.Seeds.For("kinds workload");
        _mean = TimeSpan.FromSeconds(_random.Pick<double>([3, 8, 20]));
        // As if there were more of them: the other clients' apps have to fit beside them.
        _drawing = new KindsDrawing(_random, new AppDefinition(cluster.Plan, 24));
        _steering = new Steering(cluster, client);
        _gone = new GoneAgents(cluster);
        Apps = [.. new[] { AppKinds.Residents, AppKinds.Daemons, AppKinds.RunOnce,
            AppKinds.Choosy, pods ? [AppKinds.ResidentPod] : [] }.SelectMany(ids => ids).Select(id => new AppRecord(id))];
        _looks = looks ? new Looks(client, _random, _drawing, Apps.Single(app => AppKinds.Choosy.Contains(app.Id))) : null;
    }

    public IReadOnlyList<AppRecord> Apps { get; }

    public void Start() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (!_stopped)
        {
            _gone.Tell();
            Ask();
            Start();
        }
    });

    public void Stop()
    {
        _stopped = true;
        PutRight();
    }

    public bool IsDone => _stopped && _steering.IsDone && Apps.All(app => !app.IsBusy && !app.MayBeBad)
        && _looks is null or { IsSettled: true };

    private void PutRight()
    {
        _gone.Tell();
        _steering.PromoteAll();
        foreach (var app in Apps.Where(app => !app.IsBusy && app.MayBeBad))
        {
            Put(app, good: true, force: true);
        }
        _looks?.Settle();
        // Agents may have to be given up long after all requests are answered.
        _cluster.World.Schedule(TimeSpan.FromSeconds(2), null, PutRight);
    }

    private void Ask()
    {
        var app = _random.Pick(Apps);
        switch (app.IsBusy ? -1 : app.MayExist ? _random.Next(_looks is null ? 15 : 18) : 0)
        {
            case 0 or 1 or 2:
                Put(app, good: _random.Chance(0.9), force: _random.Chance(0.3));
                break;
            case 3 or 4 when app.Id != AppKinds.ResidentPod:
                Scale(app);
                break;
            case 5 when app.Id != AppKinds.ResidentPod:
                Send($"POST /v2/apps{app.Id}/restart{Force(0.3)}", null, [app], Unchanged);
                break;
            case 6 or 7:
                Kill(app);
                break;
            case 8:
                Send($"DELETE {AppKinds.AddressOf(app.Id)}{Force(0.5)}", null, [app], (_, facts) => facts is null ? [] : [null]);
                break;
            case 9:
                Send($"POST /offerbook/v1/apps{app.Id}/suspend{Force(0.3)}", null, [app],
                    (_, facts) => facts is null or { Instances: 0 } ? [] : [facts with { Instances = 0 }]);
                break;
            case 10:
                Send($"POST /offerbook/v1/apps{app.Id}/resume{Force(0.3)}", null, [app], (_, facts) => facts is { Instances: 0 }
                    ? Resumed(facts) : []);
                break;
            case 5 or 11:
                ChangeGroup(app);
                break;
            case 12:
                Move();
                break;
            case 13 or 14:
                Steer();
                break;
            case 3 or 4:
                Put(app, good: true, force: _random.Chance(0.3));
                break;
            case 15 or 16:
                _looks!.Rebalance((request, looked) => Send(request, null, [looked], Unchanged));
                break;
            case 17:
                _looks!.Preview();
                break;
        }
    }

    private void Put(AppRecord app, bool good, bool force)
    {
        var instances = AppKinds.Daemons.Contains(app.Id) ? 1 : _random.Next(KindsDrawing.MaxInstances + 1);
        var (body, facts) = _drawing.Draw(app.Id, new AppFacts(instances, ++_revision, good));
        _promises.Make(body, facts, []);
        var mixed = app.MayBeMixed;
        app.MayBeMixed = facts.MayRevert || facts.MayGiveUp;
        Send($"PUT {AppKinds.AddressOf(app.Id)}{(force ? "?force=true" : "")}", body, [app], (_, _) => [facts], (status, answer) =>
        {
            app.MayBeMixed |= mixed && status is not (200 or 201);
            Invariant.Check(status is null or not (400 or 422), $"I1: {app.Id} is refused: {status} {answer}");
        });
    }

    private void Scale(AppRecord app)
    {
        var asked = _random.Next(KindsDrawing.MaxInstances + 1);
        var instances = AppKinds.Daemons.Contains(app.Id) ? Math.Min(1, asked) : asked;
        Send($"PUT /v2/apps{app.Id}{Force(0.3)}", new JObject { ["instances"] = asked }, [app],
            (_, facts) => facts is null ? [] : [facts with { Instances = instances }]);
    }

    private void Kill(AppRecord app)
    {
        var tasks = _cluster.RunningTasks(app.Id);
        if (tasks.Count == 0)
        {
            return;
        }
        if (app.Id == AppKinds.ResidentPod)
        {
            Send(ResidentPods.Kill(_random.Pick(tasks), wipe: _random.Chance(0.25)), null, [app], Unchanged);
            return;
        }
        var how = _random.Pick(["", "", "?wipe=true", "?scale=true"]);
        Send("POST /v2/tasks/delete" + how, new JObject { ["ids"] = new JArray(_random.Pick(tasks)) }, [app], (_, facts) =>
            how == "?scale=true" && facts is not null ? [facts, facts with { Instances = Math.Max(0, facts.Instances - 1) }] : [facts]);
    }

    private void ChangeGroup(AppRecord app)
    {
        var group = app.Id[..app.Id.LastIndexOf('/')];
        var apps = Apps.Where(other => other.Id.StartsWith(group + "/", StringComparison.Ordinal)).ToList();
        if (apps.Exists(other => other.IsBusy))
        {
            return;
        }
        var request = _random.Chance(0.7)
            ? $"POST /offerbook/v1/groups{group}/restart{Force(0.3)}" : $"DELETE /offerbook/v1/groups{group}/delay";
        Send(request, null, apps, (_, facts) => [facts]);
    }

    /// <summary>Some of what runs is to run elsewhere, or at least not be what it is.</summary>
    private void Move()
    {
        var app = _random.Pick(Apps.Where(app => AppKinds.Choosy.Contains(app.Id)).ToList());
        var instances = _cluster.RunningTasks(app.Id).Where(_ => _random.Chance(0.5)).Select(task => string.Join('.', task.Split('.')[..2]))
            .ToList();
        if (!app.IsBusy && app.MayExist && instances.Count > 0)
        {
            Send($"POST /offerbook/v1/apps{app.Id}/moves{Force(0.3)}", new JArray(instances), [app], Unchanged);
        }
    }

    private void Steer()
    {
        if (_deployments.Count == 0)
        {
            return;
        }
        var (id, apps, requests) = _deployments[^1];
        if (_random.Chance(0.6))
        {
            _steering.Steer(_random.Chance(0.7) ? "promote" : "pause", id);
            return;
        }
        _deployments.Clear();
        if (!apps.Any(app => app.IsBusy) && apps.Sum(app => app.Requests) == requests)
        {
            var request = _random.Pick(
                [$"POST /offerbook/v1/deployments/{id}/abort", $"DELETE /v2/deployments/{id}", $"DELETE /v2/deployments/{id}?force=true"]);
            Send(request, null, apps, (app, facts) => app.Earlier.Append(facts));
        }
    }

    private static IEnumerable<AppFacts?> Unchanged(AppRecord app, AppFacts? facts) => facts is null ? [] : [facts];

    /// <summary>Whatever it had before.</summary>
    private static IEnumerable<AppFacts?> Resumed(AppFacts facts) =>
        Enumerable.Range(1, KindsDrawing.MaxInstances).Select(instances => facts with { Instances = instances });

    /// <summary>A change that ends another deployment may leave instances of several versions, and some that never become well.</summary>
    private void Send(string request, JToken? body, IReadOnlyList<AppRecord> apps,
        Func<AppRecord, AppFacts?, IEnumerable<AppFacts?>> change,
        AppsClient.Ended? ended = null)
    {
        foreach (var app in apps.Where(_ => ended is null && !_stopped))
        {
            app.MayBeMixed = true;
        }
        _client.Send(request, body, apps, change, (status, answer) =>
        {
            if (status == 200 && answer is JObject result && (string?)result["deploymentId"] is { } deployment)
            {
                _deployments.Add((deployment, apps, apps.Sum(app => app.Requests)));
            }
            ended?.Invoke(status, answer);
        });
    }

    private string Force(double chance) => _random.Chance(chance) ? "?force=true" : "";
}
