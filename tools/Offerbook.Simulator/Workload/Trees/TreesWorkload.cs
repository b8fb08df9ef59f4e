using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Trees;

/// <summary>
/// Random clients of one group of apps: they put it in any shape, go back to a version of it, suspend, resume and delete it, change
/// single apps in it and kill their tasks; deployments have limits and pause points, and are paused, promoted and aborted. When they
/// stop, whatever stands still is promoted, and the group is put once more: by force only if some app cannot become healthy, so a
/// deployment that never ends shows.
/// </summary>
public sealed class TreesWorkload
{
    private readonly SimCluster _cluster;
    private readonly AppsClient _client;
    private readonly SeededRandom _random;
    private readonly TreeDrawing _drawing;
    private readonly TimeSpan _mean;
    private readonly List<AppRecord> _apps = TreeDrawing.AppIds.Select(id => new AppRecord(id)).ToList();
    private readonly List<(string Version, TreeDocument Document)> _versions = [];
    private readonly List<(string Id, IReadOnlyList<AppRecord> Apps, int Requests)> _deployments = [];
    private readonly PodsWorkload _pods;
    private readonly Steering _steering;
    private int _revision = 1_000_000;
    private bool _stopped;

    public TreesWorkload(SimCluster cluster, AppsClient client, AppPromises promises)
    {
        (_cluster, _client, _steering) = (cluster, client, new Steering(cluster, client));
        _random = cluster.World.Seeds.For("trees workload");
        _mean = TimeSpan.FromSeconds(_random.Pick<double>([3, 8, 20]));
        // As if there were more of them: the other clients' apps have to fit beside them.
        _drawing = new TreeDrawing(_random, new AppDefinition(cluster.Plan, 16), promises);
        _pods = new PodsWorkload(cluster, client, _random.Fork());
        Apps = [.. _apps, .. _pods.Pods];
    }

    public IReadOnlyList<AppRecord> Apps { get; }

    public void Start() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (!_stopped)
        {
            Ask();
            Start();
        }
    });

    public void Stop()
    {
        _stopped = true;
        PutRight();
    }

    public bool IsDone => _stopped && _steering.IsDone && Apps.All(app => !app.IsBusy && !app.MayBeBad);

    private void PutRight()
    {
        _steering.PromoteAll();
        if (_apps.Exists(app => app.MayBeBad) && !_apps.Exists(app => app.IsBusy))
        {
            PutTree(good: true, limited: false, force: _apps.Exists(app => app.Possible.Exists(facts => facts is { Good: false })));
        }
        _pods.PutRight();
        if (!IsDone)
        {
            _cluster.World.Schedule(TimeSpan.FromSeconds(2), null, PutRight);
        }
    }

    private void Ask()
    {
        var isFree = !_apps.Exists(app => app.IsBusy);
        switch (_random.Next(14))
        {
            case 0 or 1 or 2 or 3 when isFree:
                PutTree(good: _random.Chance(0.9), limited: _random.Chance(0.5), force: _random.Chance(0.3));
                break;
            case 4 when isFree && _versions.Count > 0:
                GoBack();
                break;
            case 5 when isFree:
                ChangeGroup();
                break;
            case 6 or 7:
                SteerSome();
                break;
            case 8 or 9 or 10 when _random.Pick(_apps) is { IsBusy: false, MayExist: true } app:
                ChangeApp(app);
                break;
            case 11 when _random.Pick(_apps) is { IsBusy: false, MayExist: true } app:
                Kill(app);
                break;
            case 12 or 13:
                _pods.Ask();
                break;
        }
    }

    private void PutTree(bool good, bool limited, bool force)
    {
        var document = _drawing.Draw(++_revision, good, limited);
        Send($"PUT /v2/groups{TreeDrawing.Root}{(force ? "?force=true" : "")}", document.Body, _apps,
            (app, _) => [document.Apps.GetValueOrDefault(app.Id)], (status, answer) =>
            {
                Invariant.Check(!document.IsCyclic || status is null or >= 400,
                    $"I11: a tree whose dependencies go round is answered {status}");
                Invariant.Check(document.IsCyclic || status is null or not (400 or 422),
                    $"I1: a group of {TreeDrawing.Root} is refused: {status} {answer?.ToString(Newtonsoft.Json.Formatting.None)}");
                if (status is 200 or 201)
                {
                    _versions.Add(((string)answer!["version"]!, document));
                    _apps.ForEach(app => app.MayBeMixed = limited);
                }
            });
    }

    private void GoBack()
    {
        var (version, document) = _versions[^Math.Min(_versions.Count, _random.Between(1, 4))];
        Send($"PUT /v2/groups{TreeDrawing.Root}{Force(0.3)}", new JObject { ["version"] = version }, _apps,
            (app, _) => [document.Apps.GetValueOrDefault(app.Id)]);
    }

    private void ChangeGroup()
    {
        switch (_random.Next(5))
        {
            case 0:
                Send($"DELETE /v2/groups{TreeDrawing.Root}{Force(0.5)}", null, _apps, (_, _) => [null]);
                break;
            case 1 or 2:
                Send($"POST /offerbook/v1/groups{TreeDrawing.Root}/suspend{Force(0.3)}", null, _apps,
                    (_, facts) => facts is null ? [facts] : [facts with { Instances = 0 }]);
                break;
            default:
                Send($"POST /offerbook/v1/groups{TreeDrawing.Root}/resume{Force(0.3)}", null, _apps,
                    (_, facts) => facts is { Instances: 0 } ? Resumed(facts).Append(facts) : [facts]);
                break;
        }
    }

    private void ChangeApp(AppRecord app)
    {
        switch (_random.Next(6))
        {
            case 0 or 1:
                var instances = _random.Next(TreeDrawing.MaxInstances + 1);
                Send($"PUT /v2/apps{app.Id}{Force(0.2)}", new JObject { ["instances"] = instances }, [app],
                    (_, facts) => facts is null ? [] : [facts with { Instances = instances }]);
                break;
            case 2:
                var (body, drawn) = _drawing.DrawApp(app.Id,
                    new AppFacts(_random.Between(1, TreeDrawing.MaxInstances), ++_revision, _random.Chance(0.9)), [], [], limited: true);
                Send($"PUT /v2/apps{app.Id}{Force(0.2)}", body, [app], (_, _) => [drawn]);
                break;
            case 3:
                Send($"POST /v2/apps{app.Id}/restart{Force(0.2)}", null, [app], (_, facts) => facts is null ? [] : [facts]);
                break;
            case 4:
                Send($"POST /offerbook/v1/apps{app.Id}/suspend{Force(0.2)}", null, [app],
                    (_, facts) => facts is null or { Instances: 0 } ? [] : [facts with { Instances = 0 }]);
                break;
            default:
                Send($"POST /offerbook/v1/apps{app.Id}/resume{Force(0.2)}", null, [app],
                    (_, facts) => facts is { Instances: 0 } ? Resumed(facts) : []);
                break;
        }
    }

    /// <summary>Whatever it had before.</summary>
    private static IEnumerable<AppFacts?> Resumed(AppFacts facts) =>
        Enumerable.Range(1, TreeDrawing.MaxInstances).Select(instances => facts with { Instances = instances });

    private void Kill(AppRecord app)
    {
        var tasks = _cluster.RunningTasks(app.Id);
        if (tasks.Count > 0)
        {
            var scale = _random.Chance(0.4);
            Send("POST /v2/tasks/delete" + (scale ? "?scale=true" : ""), new JObject { ["ids"] = new JArray(_random.Pick(tasks)) }, [app],
                (_, facts) => scale && facts is not null ? [facts, facts with { Instances = Math.Max(0, facts.Instances - 1) }] : [facts]);
        }
    }

    private void SteerSome()
    {
        if (_deployments.Count == 0)
        {
            return;
        }
        var (id, apps, requests) = _deployments[^1];
        switch (_random.Next(5))
        {
            case 0 or 1:
                _steering.Steer("promote", id);
                break;
            case 2:
                _steering.Steer("pause", id);
                break;
            default:
                _deployments.Clear();
                if (!apps.Any(app => app.IsBusy) && apps.Sum(app => app.Requests) == requests)
                {
                    var request = _random.Pick(
                        [$"POST /offerbook/v1/deployments/{id}/abort", $"DELETE /v2/deployments/{id}",
                            $"DELETE /v2/deployments/{id}?force=true"]);
                    Send(request, null, apps, (app, facts) => app.Earlier.Append(facts));
                }
                break;
        }
    }

    /// <summary>
    /// A change that ends another deployment, or one that gives up, may leave instances of several versions in the whole group.
    /// </summary>
    private void Send(string request, JToken? body, IReadOnlyList<AppRecord> apps,
        Func<AppRecord, AppFacts?, IEnumerable<AppFacts?>> change,
        AppsClient.Ended? ended = null)
    {
        _apps.ForEach(app => app.MayBeMixed = true);
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
