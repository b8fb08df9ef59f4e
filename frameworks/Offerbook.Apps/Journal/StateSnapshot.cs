using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>
/// A snapshot is one journal event that makes the whole state out of the empty one. Trees come oldest first, also those that only
/// a running deployment remembers.
/// </summary>
internal static class StateSnapshot
{
    public static JournalRecord Pack(AppsState state)
    {
        var writer = new RecordWriter();
        var replica = AppsState.Empty with { MaxVersions = int.MaxValue, MaxFinished = state.MaxFinished };
        foreach (var change in Changes(state))
        {
            writer.Add(ChangeCodec.Encode(change, replica));
            // Instances are many, and nothing is written against them.
            replica = change is Change.InstanceStored ? replica : replica.Apply(change);
        }
        foreach (var published in state.Events.All)
        {
            writer.Add(published);
        }
        if (state.Events.Count == 0 && state.LastEventId > 0)
        {
            writer.AddLastId(state.LastEventId);
        }
        return writer.ToRecord();
    }

    /// <summary>Nothing is dropped while the parts are put together; bounds apply from then on.</summary>
    public static AppsState Unpack(AppsState empty, JournalRecord record)
    {
        var state = ChangeCodec.Fold(empty with { MaxVersions = int.MaxValue }, record) with { MaxVersions = empty.MaxVersions };
        var surplus = Math.Max(0, state.Roots.Count - empty.MaxVersions);
        return state with { Roots = state.Roots.RemoveRange(0, surplus) };
    }

    private static IEnumerable<Change> Changes(AppsState state)
    {
        yield return new Change.FrameworkRegistered(state.Framework);
        foreach (var root in Roots(state))
        {
            yield return new Change.RootChanged(root);
        }
        foreach (var deployment in state.Deployments)
        {
            yield return new Change.DeploymentStored(deployment);
        }
        yield return new Change.VersionsRestored(state.Versions);
        foreach (var instance in state.Instances.All)
        {
            yield return new Change.InstanceStored(instance);
        }
        foreach (var (id, release) in state.Releases)
        {
            yield return new Change.ReleaseAwaited(id, release);
        }
        foreach (var outcome in state.Finished)
        {
            yield return new Change.DeploymentEnded(outcome);
        }
        foreach (var (app, delay) in state.Delays)
        {
            yield return new Change.DelayChanged(app, delay);
        }
        foreach (var failure in state.FailureHistory.Values.SelectMany(failures => failures))
        {
            yield return new Change.TaskFailed(failure);
        }
        foreach (var (app, instances) in state.Suspended)
        {
            yield return new Change.InstancesRemembered(app, instances);
        }
    }

    private static IEnumerable<RootGroup> Roots(AppsState state) => state.Roots
        .Concat(state.Deployments.SelectMany(deployment => new[] { deployment.Plan.Original, deployment.Plan.Target }))
        .Where(root => root.Version != RootGroup.Empty.Version)
        .DistinctBy(root => root.Version)
        .OrderBy(root => root.Version);
}
