using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Daemons;

/// <summary>How many instances a daemon has. Its definition says only 1 (one on every agent) or 0 (nowhere).</summary>
internal static class DaemonCount
{
    /// <summary>Clients send back the number that they were shown: anything above 0 is one on every agent.</summary>
    public static RunSpec Normalise(RunSpec spec) => spec is { IsDaemon: true, Instances: > 1 } ? spec with { Instances = 1 } : spec;

    /// <summary>How many instances are wanted now.</summary>
    public static int Wanted(AppsState state, RunSpec spec) =>
        spec is { IsDaemon: true, Instances: > 0 } ? state.Instances.TallyOf(spec.Id).Wanted : spec.Instances;

    /// <summary>The app with the number that is wanted now.</summary>
    public static AppDefinition Shown(AppsState state, AppDefinition app) =>
        app.IsDaemon ? app with { Instances = Wanted(state, app) } : app;
}
