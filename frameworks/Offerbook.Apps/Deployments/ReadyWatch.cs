using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Tells whether all of an app's started instances are ready without asking each of them every time: it remembers one that was not
/// and asks that one first. Memory only; what it forgets costs one more walk.
/// </summary>
internal sealed class ReadyWatch
{
    private readonly SortedDictionary<PathId, int> _unready = [];

    /// <summary>Instances that are gone, or not wanted any more, are not waited for.</summary>
    public bool AreReady(Turn turn, RunSpec app, ValueList<InstanceId> started)
    {
        var from = _unready.GetValueOrDefault(app.Id);
        for (var i = 0; i < started.Count; i++)
        {
            var index = (from + i) % started.Count;
            if (turn.State.Instances.Find(started[index]) is { IsWanted: true } instance && !InstanceHealth.IsReady(app, instance))
            {
                _unready[app.Id] = index;
                return false;
            }
        }
        return true;
    }

    public void Forget(PathId app) => _unready.Remove(app);
}
