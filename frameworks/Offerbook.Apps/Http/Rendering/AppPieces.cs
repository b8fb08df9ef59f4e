using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// Apps as UTF-8, put together from pieces that are written once: the definition as long as it stays, a task as long as its instance
/// stays, the whole as long as nothing of the app changes. The pieces hang on the objects that they show and go with them.
/// A read of 1,000 apps of which one has changed writes that one and copies the others.
/// </summary>
internal sealed class AppPieces(TimeProvider time)
{
    private readonly ConditionalWeakTable<AppDefinition, AppPiece> _apps = [];
    private readonly ConditionalWeakTable<Instance, TaskPiece> _tasks = [];
    private readonly ConditionalWeakTable<object, Dictionary<PathId, string[]>> _locks = [];

    /// <summary>Statistics tell how old tasks are: to two steps of this, and no more often are they computed.</summary>
    public const long AgeStepMs = 2_000;

    /// <summary>The time that ages are told for; null when none are asked for.</summary>
    public Timestamp? AgesAt(AppEmbeds embeds) =>
        embeds.TaskStats ? new Timestamp(time.GetUtcNow().ToUnixTimeMilliseconds() / AgeStepMs * AgeStepMs) : null;

    /// <summary>The app as JSON with what of its life is asked for.</summary>
    public ReadOnlyMemory<byte> Of(AppsView view, AppDefinition app, AppEmbeds embeds)
    {
        app = Daemons.DaemonCount.Shown(view.State, app);
        var piece = _apps.GetValue(app, static app => new AppPiece(ApiResponse.Encode(AppWriter.Write(app))));
        if (embeds == AppEmbeds.None)
        {
            return piece.Definition;
        }
        var key = new AppPieceKey(embeds, view.State.Instances.Of(app.Id), view.Health, view.Readiness,
            view.State.Failures.GetValueOrDefault(app.Id), LocksOf(view, app.Id), AgesAt(embeds));
        return key.Now is { } now
            ? piece.Get(key, () => WithStats(view, app, piece, key, now)) : piece.Get(key, () => Write(view, app, piece, key));
    }

    /// <summary>What stays while tasks grow older, and their ages; under both names that clients know.</summary>
    private byte[] WithStats(AppsView view, AppDefinition app, AppPiece piece, AppPieceKey key, Timestamp now)
    {
        var lasting = key with { Embeds = key.Embeds with { TaskStats = false }, Now = null };
        var rest = lasting.Embeds == AppEmbeds.None ? piece.Definition : piece.Get(lasting, () => Write(view, app, piece, lasting));
        var stats = TaskStatsWriter.Write(view, app, view.State.Instances.Of(app.Id), now);
        // Without the closing brace of the rest.
        return [.. rest.AsSpan()[..^1], .. ",\"tasksStats\":"u8, .. stats, .. ",\"taskStats\":"u8, .. stats, (byte)'}'];
    }

    /// <summary>Tasks of instances as a JSON list.</summary>
    public void WriteTasks(AppsView view, IEnumerable<Instance> instances, bool withServicePorts, IBufferWriter<byte> to)
    {
        var list = new JsonListWriter(to);
        foreach (var instance in instances)
        {
            if (Task(view, instance, withServicePorts) is { } task)
            {
                list.Add(task);
            }
        }
        list.End();
    }

    /// <summary>Null: the instance has none, or is a pod's.</summary>
    public ReadOnlyMemory<byte>? Task(AppsView view, Instance instance, bool withServicePorts)
    {
        if (!instance.IsActive || view.State.DefinitionOf(instance) is not AppDefinition app)
        {
            return null;
        }
        var health = view.HealthOf(instance);
        if (_tasks.TryGetValue(instance, out var known) && known.Health == health && known.WithServicePorts == withServicePorts
            && ReferenceEquals(known.App, app))
        {
            return known.Json;
        }
        var json = ApiResponse.Encode(TaskWriter.Write(app, instance, health, withServicePorts));
        _tasks.AddOrUpdate(instance, new TaskPiece(app, health, withServicePorts, json));
        return json;
    }

    private byte[] Write(AppsView view, AppDefinition app, AppPiece piece, AppPieceKey key)
    {
        var live = ApiResponse.Encode(AppPicture.Live(view, app, key.Embeds, key.Locks));
        var json = new ArrayBufferWriter<byte>(piece.Definition.Length + live.Length + 256);
        // The definition without its closing brace, then the live members without their opening one.
        json.Write(piece.Definition.AsSpan()[..^1]);
        if (key.Embeds.Tasks)
        {
            json.Write(",\"tasks\":"u8);
            WriteTasks(view, view.State.Instances.Of(app.Id), withServicePorts: false, json);
        }
        if (live.Length > 2)
        {
            json.Write(","u8);
        }
        json.Write(live.AsSpan(1));
        return json.WrittenSpan.ToArray();
    }

    private string[] LocksOf(AppsView view, PathId app) => _locks
        .GetValue(view.State.Deployments, static deployments => ByApp((IEnumerable<Deployment>)deployments))
        .GetValueOrDefault(app, []);

    private static Dictionary<PathId, string[]> ByApp(IEnumerable<Deployment> deployments)
    {
        var byApp = new Dictionary<PathId, string[]>();
        foreach (var deployment in deployments)
        {
            foreach (var app in deployment.Plan.AffectedApps)
            {
                byApp[app] = [.. byApp.GetValueOrDefault(app, []), deployment.Id];
            }
        }
        return byApp;
    }

    private sealed record TaskPiece(AppDefinition App, ValueList<CheckHealth> Health, bool WithServicePorts, byte[] Json);
}
