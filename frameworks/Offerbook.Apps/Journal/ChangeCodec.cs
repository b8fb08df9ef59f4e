using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Journal;

/// <summary>
/// Changes as JSON. Each is written and read against the state before it; a journal event has a line for each
/// (<see cref="RecordWriter"/>).
/// </summary>
internal static class ChangeCodec
{
    public static JObject Encode(Change change, AppsState before) => change switch
    {
        Change.FrameworkRegistered registered => Of("framework").Put("id", registered.Id?.Value),
        Change.RootChanged changed => Of("root").Put("tree", TreeJson.Write(before.Root, changed.Root)),
        Change.VersionsRestored restored => Of("versions").Put("apps",
            new JArray(restored.Versions.Select(app => new JArray(app.Value.Select(SpecJson.Write))))),
        Change.AppForgotten forgotten => Of("forget").Put("app", forgotten.App.ToString()),
        Change.InstanceStored stored => Of("instance").Put("instance", InstanceJson.Write(stored.Instance)),
        Change.InstanceExpunged expunged => Of("expunge").Put("id", expunged.Id.Value),
        Change.ReleaseAwaited awaited =>
            Of("releaseAwaited").Put("id", awaited.Id.Value).Put("agent", awaited.Release.Agent.Value).Put("role", awaited.Release.Role),
        Change.ReservationReleased released => Of("released").Put("id", released.Id.Value),
        Change.DeploymentStored stored => Of("deployment").Put("deployment", DeploymentJson.Write(stored.Deployment)),
        Change.DeploymentProgressed progressed => Of("progress").Put("id", progressed.Id).Put("step", progressed.Step)
            .Put("actions", DeploymentJson.WriteProgress(progressed.Progress)),
        Change.ActionProgressed progressed => Of("action").Put("id", progressed.Id).Put("app", progressed.App.ToString())
            .Put("progress", DeploymentJson.WriteAction(progressed.Progress)),
        Change.DeploymentAltered altered => Of("life").Put("id", altered.Id).Put("life", DeploymentJson.WriteLife(altered.Life)),
        Change.InstancesRemembered remembered =>
            Of("remember").Put("app", remembered.App.ToString()).Put("instances", remembered.Instances),
        Change.DeploymentEnded ended => Of("end").Put("outcome", DeploymentJson.WriteOutcome(ended.Outcome)),
        Change.DelayChanged delay => Of("delay").Put("app", delay.App.ToString()).Put("delay", WriteDelay(delay.Delay)),
        Change.TaskFailed failed => Of("failure").Put("failure", WriteFailure(failed.Failure)),
        _ => throw new InvariantViolationException("an unknown change: " + change.GetType().Name),
    };

    public static Change Decode(JToken json, AppsState before) => json.Text("kind") switch
    {
        "framework" => new Change.FrameworkRegistered(json["id"] is { } id ? new FrameworkId((string)id!) : null),
        "root" => new Change.RootChanged(TreeJson.Read(json.Need("tree"), before.Root)),
        "versions" => new Change.VersionsRestored(json.Need("apps").Select(app => app.Select(SpecJson.Read).ToImmutableList())
            .ToImmutableSortedDictionary(versions => versions[0].Id, versions => versions)),
        "forget" => new Change.AppForgotten(json.Path("app")),
        "instance" => new Change.InstanceStored(InstanceJson.Read(json.Need("instance"))),
        "expunge" => new Change.InstanceExpunged(new InstanceId(json.Text("id"))),
        "releaseAwaited" =>
            new Change.ReleaseAwaited(new InstanceId(json.Text("id")),
                new PendingRelease(new AgentId(json.Text("agent")), json.Text("role"))),
        "released" => new Change.ReservationReleased(new InstanceId(json.Text("id"))),
        "deployment" => new Change.DeploymentStored(DeploymentJson.Read(json.Need("deployment"), before)),
        "progress" =>
            new Change.DeploymentProgressed(json.Text("id"), (int)json.Need("step"), DeploymentJson.ReadProgress(json.Need("actions"))),
        "action" => new Change.ActionProgressed(json.Text("id"), json.Path("app"), DeploymentJson.ReadAction(json.Need("progress"))),
        "life" => new Change.DeploymentAltered(json.Text("id"), DeploymentJson.ReadLife(json.Need("life"))),
        "remember" => new Change.InstancesRemembered(json.Path("app"), (int)json.Need("instances")),
        "end" => new Change.DeploymentEnded(DeploymentJson.ReadOutcome(json.Need("outcome"))),
        "delay" => new Change.DelayChanged(json.Path("app"), json["delay"] is { } delay ? ReadDelay(delay) : null),
        "failure" => new Change.TaskFailed(ReadFailure(json.Need("failure"))),
        var kind => throw new JournalDamagedException($"The journal has a change of the unknown kind \"{kind}\"."),
    };

    /// <summary>The state after a journal event.</summary>
    /// <exception cref="JournalDamagedException">It cannot be understood.</exception>
    public static AppsState Fold(AppsState state, JournalRecord record) => record.Manifest == RecordWriter.Manifest
        ? RecordReader.Fold(state, record.Payload.Span)
        : throw new JournalDamagedException($"The apps journal has an event of the unknown kind \"{record.Manifest}\". "
            + "It was written by a newer version: start that one instead.");

    private static JObject Of(string kind) => new() { ["kind"] = kind };

    private static JObject? WriteDelay(LaunchDelay? delay) => delay is null ? null : new JObject
    {
        ["configuration"] = delay.Configuration.UnixMilliseconds,
        ["delay"] = delay.Delay.Ticks,
        ["reference"] = delay.Reference.UnixMilliseconds,
    };

    private static LaunchDelay ReadDelay(JToken json) =>
        new(json.Time("configuration"), TimeSpan.FromTicks((long)json.Need("delay")), json.Time("reference"));

    private static JObject WriteFailure(TaskFailure failure) => new JObject
    {
        ["app"] = failure.App.ToString(),
        ["task"] = failure.TaskId,
        ["state"] = failure.State,
        ["message"] = failure.Message,
        ["host"] = failure.Host,
        ["version"] = failure.Version.UnixMilliseconds,
        ["at"] = failure.At.UnixMilliseconds,
    }.Put("agent", failure.AgentId);

    private static TaskFailure ReadFailure(JToken json) =>
        new(json.Path("app"), json.Text("task"), json.Text("state"), json.Text("message"),
        json.Text("host"), (string?)json["agent"], json.Time("version"), json.Time("at"));
}
