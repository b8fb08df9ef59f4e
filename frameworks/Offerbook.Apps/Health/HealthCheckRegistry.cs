using Offerbook.Apps.Core;
using Offerbook.Apps.Events;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Health;

/// <summary>Tells clients of each health check once for every version of an app. What was told before a restart is told again.</summary>
internal sealed class HealthCheckRegistry
{
    private readonly SortedDictionary<PathId, Timestamp> _announced = [];

    public void Announce(Turn turn, RunSpec app)
    {
        if (_announced.TryGetValue(app.Id, out var version) && version == app.Version)
        {
            return;
        }
        _announced[app.Id] = app.Version;
        foreach (var check in app.HealthChecks)
        {
            turn.Publish(HealthEvents.Added(app.Id, app.Version, CheckWriter.Write(check)));
        }
    }

    public void Forget(PathId app) => _announced.Remove(app);
}
