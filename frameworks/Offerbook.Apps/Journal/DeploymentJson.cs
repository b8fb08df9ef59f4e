using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>
/// Deployments as the journal has them. A plan is told by the versions of its two trees, which the journal has already, and by
/// the instances to kill; its steps are computed again.
/// </summary>
internal static class DeploymentJson
{
    public static JObject Write(Deployment deployment)
    {
        var plan = deployment.Plan;
        return new JObject
        {
            ["id"] = plan.Id,
            ["original"] = plan.Original.Version.UnixMilliseconds,
            ["target"] = plan.Target.Version.UnixMilliseconds,
            ["version"] = plan.Version.UnixMilliseconds,
            ["kill"] = Write(Change.Sentenced(plan)),
            ["startedAt"] = deployment.StartedAt.UnixMilliseconds,
            ["step"] = deployment.CurrentStep,
            ["progress"] = WriteProgress(deployment.Progress),
        }.Put("move", Change.Moved(plan).Any() ? Write(Change.Moved(plan)) : null).Put("life", deployment.Life == DeploymentLife.Empty
            ? null : WriteLife(deployment.Life));
    }

    public static Deployment Read(JToken json, AppsState state)
    {
        var (kill, move) = (ReadInstances(json.Need("kill")), ReadInstances(json["move"] ?? new JObject()));
        var plan = DeploymentPlanner.Plan(json.Text("id"), Root(state, json.Time("original")), Root(state, json.Time("target")),
            json.Time("version"), kill, move);
        return new Deployment(plan, (int)json.Need("step"))
        {
            StartedAt = json.Time("startedAt"),
            Progress = ReadProgress(json.Need("progress")),
            Life = json["life"] is { } life ? ReadLife(life) : DeploymentLife.Empty,
        };
    }

    private static JObject Write(IEnumerable<(PathId App, IReadOnlyList<string> Instances)> apps) =>
        new(apps.Select(app => new JProperty(app.App.ToString(), new JArray(app.Instances))));

    private static Dictionary<PathId, IReadOnlyList<string>> ReadInstances(JToken json) => ((JObject)json).Properties()
        .ToDictionary(app => PathId.Parse(app.Name), app => (IReadOnlyList<string>)app.Value.Select(id => (string)id!).ToList());

    public static JObject WriteProgress(StepProgress progress) =>
        new(progress.Actions.Select(action => new JProperty(action.Key.ToString(), WriteAction(action.Value))));

    public static StepProgress ReadProgress(JToken json) => ((JObject)json).Properties()
        .Aggregate(StepProgress.None, (progress, action) => progress.With(PathId.Parse(action.Name), ReadAction(action.Value)));

    public static JObject WriteOutcome(FinishedDeployment outcome) => new JObject
    {
        ["id"] = outcome.Id,
        ["version"] = outcome.Version.UnixMilliseconds,
        ["startedAt"] = outcome.StartedAt.UnixMilliseconds,
        ["endedAt"] = outcome.EndedAt.UnixMilliseconds,
        ["apps"] = new JArray(outcome.AffectedApps.Select(app => app.ToString())),
    }.Put("reason", outcome.Reason).Put("rollbackOf", outcome.RollbackOf);

    public static FinishedDeployment ReadOutcome(JToken json) => new(json.Text("id"), json.Time("version"), json.Time("startedAt"),
        json.Time("endedAt"), json.Need("apps").Select(app => PathId.Parse((string)app!)).ToValueList(), (string?)json["reason"])
    {
        RollbackOf = (string?)json["rollbackOf"],
    };

    public static JObject WriteLife(DeploymentLife life) => new JObject()
        .Put("failures", life.Failures.IsEmpty
            ? null : new JObject(life.Failures.Select(app => new JProperty(app.Key.ToString(), app.Value))))
        .Put("halt", life.Halt is { } halt
            ? new JObject { ["failed"] = halt.Failed, ["reason"] = halt.Reason, ["since"] = halt.Since.UnixMilliseconds }
            : null)
        .Put("clockStart", life.ClockStart)
        .Put("rollbackOf", life.RollbackOf);

    public static DeploymentLife ReadLife(JToken json) => new()
    {
        Failures = ((JObject)(json["failures"] ?? new JObject())).Properties()
            .ToImmutableSortedDictionary(app => PathId.Parse(app.Name), app => (int)app.Value),
        Halt = json["halt"] is { } halt ? new DeploymentHalt((bool)halt.Need("failed"), halt.Text("reason"), halt.Time("since")) : null,
        ClockStart = json.MaybeTime("clockStart"),
        RollbackOf = (string?)json["rollbackOf"],
    };

    public static JObject WriteAction(ActionProgress action)
    {
        var json = new JObject { ["done"] = action.Done, ["begun"] = action.Begun };
        if (action.Started.Count > 0)
        {
            json["started"] = new JArray(action.Started.Select(id => id.Value));
        }
        json.Put("promoted", action.Promoted == 0 ? null : new JValue(action.Promoted)).Put("pausedAt", action.PausedAt);
        return json.Put("rolling", action.Rolling is { } rolling
            ? new JArray(rolling.Old, rolling.KillNow, rolling.MinHealthy, rolling.MaxCapacity)
            : null);
    }

    public static ActionProgress ReadAction(JToken json) => new(
        (bool)json.Need("done"),
        (bool)json.Need("begun"),
        (json["started"] ?? new JArray()).Select(id => new InstanceId((string)id!)).ToValueList(),
        json["rolling"] is { } rolling ? new RollingProgress((int)rolling[0]!, (int)rolling[1]!, (int)rolling[2]!, (int)rolling[3]!) : null)
    {
        Promoted = (int?)json["promoted"] ?? 0,
        PausedAt = json.MaybeTime("pausedAt"),
    };

    private static RootGroup Root(AppsState state, Timestamp version) =>
        state.Roots.FindLast(root => root.Version == version)
        ?? (version == RootGroup.Empty.Version ? RootGroup.Empty : null)
        ?? throw new JournalDamagedException($"A deployment in the journal refers to the tree of {version}, which is not there.");
}
