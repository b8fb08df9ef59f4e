using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload;

/// <summary>
/// Random clients of the Apps framework: they create, scale, update, restart and delete single apps, put a group of three tiers
/// that depend on each other, kill tasks and cancel deployments. When they stop, apps that cannot become healthy are put right.
/// </summary>
public sealed class AppsWorkload
{
    private static readonly string[] Tiers = ["/shop/store", "/shop/api", "/shop/front"];

    private readonly SimCluster _cluster;
    private readonly SeededRandom _random;
    private readonly AppDefinition _definition;
    private readonly AppPromises _promises;
    private readonly List<AppRecord> _single;
    private readonly List<AppRecord> _tiers;
    private readonly TimeSpan _mean;
    private readonly List<(string Id, AppRecord App, int Requests)> _deployments = [];
    private int _revision;
    private bool _stopped;

    /// <param name="mean">Mean time between two requests.</param>
    public AppsWorkload(SimCluster cluster, TimeSpan mean, AppPromises promises)
    {
        _promises = promises;
        _cluster = cluster;
        _mean = mean;
        _random = cluster.World.Seeds.For("apps workload");
        _single = Enumerable.Range(1, _random.Between(1, 4)).Select(i => new AppRecord("/single-" + i)).ToList();
        _tiers = Tiers.Select(id => new AppRecord(id)).ToList();
        _definition = new AppDefinition(cluster.Plan, _single.Count + _tiers.Count);
        Apps = [.. _single, .. _tiers];
        Client = new AppsClient(cluster);
    }

    public AppsClient Client { get; }

    public IReadOnlyList<AppRecord> Apps { get; }

    public void Start() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (!_stopped)
        {
            Ask();
            Start();
        }
    });

    /// <summary>No more random requests; what cannot become healthy is replaced, as often as it takes.</summary>
    public void Stop()
    {
        _stopped = true;
        PutRight();
    }

    /// <summary>Whether no request is under way and every app can become healthy.</summary>
    public bool IsDone => _stopped && Apps.All(app => !app.IsBusy && !app.MayBeBad);

    private void PutRight()
    {
        foreach (var app in _single.Where(app => !app.IsBusy && app.MayBeBad))
        {
            Put(app, good: true, force: true);
        }
        if (_tiers.Exists(app => app.MayBeBad) && !_tiers.Exists(app => app.IsBusy))
        {
            PutGroup(good: true, force: true);
        }
        if (!IsDone)
        {
            _cluster.World.Schedule(TimeSpan.FromSeconds(2), null, PutRight);
        }
    }

    private void Ask()
    {
        if (_random.Chance(0.25))
        {
            AskForGroup();
            return;
        }
        var app = _random.Pick(_single);
        if (app.IsBusy)
        {
            return;
        }
        switch (app.MayExist ? _random.Next(10) : 0)
        {
            case 0 or 1 or 2:
                Put(app, good: _random.Chance(0.9), force: _random.Chance(0.3));
                break;
            case 3 or 4 or 5:
                Scale(app);
                break;
            case 6:
                Send($"POST /v2/apps{app.Id}/restart{Force(0.3)}", null, app, Unchanged);
                break;
            case 7:
                Kill(app);
                break;
            case 8:
                Send($"DELETE /v2/apps{app.Id}{Force(0.5)}", null, app, (_, facts) => facts is null ? [] : [null]);
                break;
            case 9:
                Cancel();
                break;
        }
    }

    private void AskForGroup()
    {
        if (_tiers.Exists(app => app.IsBusy))
        {
            return;
        }
        if (_tiers[0].MayExist && _random.Chance(0.15))
        {
            Send($"DELETE /v2/groups/shop{Force(0.5)}", null, _tiers, (_, facts) => facts is null ? [] : [null]);
        }
        else
        {
            PutGroup(good: _random.Chance(0.95), force: _random.Chance(0.3));
        }
    }

    private void Put(AppRecord app, bool good, bool force)
    {
        var facts = new AppFacts(_random.Next(AppDefinition.MaxInstances + 1), ++_revision, good);
        var body = _definition.Draw(_random, app.Id, facts, []);
        _promises.Make(body, facts, []);
        var mixed = app.MayBeMixed;
        app.MayBeMixed = false;
        Client.Send($"PUT /v2/apps{app.Id}{(force ? "?force=true" : "")}", body, [app], (_, _) => [facts], (status, answer) =>
        {
            app.MayBeMixed = mixed && status is not (200 or 201);
            Note(app, status, answer);
        });
    }

    private void Scale(AppRecord app)
    {
        var instances = _random.Next(AppDefinition.MaxInstances + 1);
        var force = _random.Chance(0.3);
        app.MayBeMixed |= force;
        Send($"PUT /v2/apps{app.Id}{(force ? "?force=true" : "")}", new JObject { ["instances"] = instances }, app,
            (_, facts) => facts is null ? [] : [facts with { Instances = instances }]);
    }

    private void PutGroup(bool good, bool force)
    {
        var revision = ++_revision;
        var facts = new Dictionary<string, AppFacts>();
        var apps = new JArray();
        var below = new List<string>();
        foreach (var app in _tiers)
        {
            var tier = new AppFacts(_random.Between(1, AppDefinition.MaxInstances), revision, good || app != _tiers[^1]);
            facts.Add(app.Id, tier);
            var body = _definition.Draw(_random, app.Id, tier, [.. below]);
            _promises.Make(body, tier, [.. below]);
            apps.Add(body);
            below = [app.Id];
        }
        Send($"PUT /v2/groups/shop{(force ? "?force=true" : "")}", new JObject { ["id"] = "/shop", ["apps"] = apps }, _tiers,
            (app, _) => [facts[app.Id]]);
    }

    private void Kill(AppRecord app)
    {
        var victims = _cluster.RunningTasks(app.Id);
        if (victims.Count > 0 && _random.Chance(0.3))
        {
            // A task that is being killed already is not counted.
            Send("POST /v2/tasks/delete?scale=true", new JObject { ["ids"] = new JArray(_random.Pick(victims)) }, app,
                (_, facts) => facts is null ? [null] : [facts, facts with { Instances = Math.Max(0, facts.Instances - 1) }]);
        }
        else if (victims.Count > 0)
        {
            Send("POST /v2/tasks/delete", new JObject { ["ids"] = new JArray(_random.Pick(victims)) }, app, Unchanged);
        }
    }

    private void Cancel()
    {
        if (_deployments.Count == 0)
        {
            return;
        }
        var (id, app, requests) = _deployments[^1];
        _deployments.Clear();
        if (!app.IsBusy && app.Requests == requests)
        {
            var force = _random.Chance(0.3);
            app.MayBeMixed |= force;
            Send($"DELETE /v2/deployments/{id}{(force ? "?force=true" : "")}", null, app, (record, facts) => record.Earlier.Append(facts));
        }
    }

    private static IEnumerable<AppFacts?> Unchanged(AppRecord app, AppFacts? facts) => [facts];

    private void Send(string request, JToken? body, AppRecord app, Func<AppRecord, AppFacts?, IEnumerable<AppFacts?>> change) =>
        Client.Send(request, body, [app], change, (status, answer) => Note(app, status, answer));

    private void Note(AppRecord app, int? status, JToken? answer)
    {
        if (status == 200 && answer is JObject { } result && (string?)result["deploymentId"] is { } deployment)
        {
            _deployments.Add((deployment, app, app.Requests));
        }
    }

    private void Send(string request, JToken? body, IReadOnlyList<AppRecord> apps,
        Func<AppRecord, AppFacts?, IEnumerable<AppFacts?>> change) =>
        Client.Send(request, body, apps, change, (_, _) => { });

    private string Force(double chance) => _random.Chance(chance) ? "?force=true" : "";
}
