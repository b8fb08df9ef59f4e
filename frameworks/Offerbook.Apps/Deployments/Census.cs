using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// An app's instances in the middle of a replacement, as counted by the table of instances. The instances themselves are walked only
/// when they are asked for. A wanted instance of the new configuration is a new one; all others that are not of it are old.
/// </summary>
internal sealed class Census
{
    private readonly RunSpec _app;
    private readonly AppsState _state;
    private readonly Dictionary<Timestamp, RunSpec> _definitions = [];
    private readonly Tally _new;
    private readonly Tally _old;

    private Census(AppsState state, RunSpec app)
    {
        (_state, _app) = (state, app);
        _new = state.Instances.TallyOf(app.Id, app.VersionInfo.LastConfigChangeAt);
        _old = state.Instances.TallyOf(app.Id) - _new;
    }

    /// <summary>Old instances that hold resources, those being killed included.</summary>
    public int Occupied => _old.Active;

    /// <summary>Old instances that have no task: they wait for an offer.</summary>
    public int WaitingCount => _old.Idle;

    /// <summary>Old instances that nobody has sent away yet.</summary>
    public int OldCount => _old.Standing;

    /// <summary>Instances of the new configuration.</summary>
    public int NewCount => _new.Wanted;

    /// <summary>Those of the new version that are ready.</summary>
    public int Ready => _new.Ready;

    /// <summary>Instances, old or new, that count as healthy; a new one must be ready as well.</summary>
    public int Healthy => _new.Ready + _old.StandingHealthy;

    /// <summary>Nothing is dying and nothing is coming.</summary>
    public bool IsStill => Occupied == OldCount && Ready == NewCount;

    public bool IsDone => Occupied == 0 && WaitingCount == 0 && Ready == _app.Instances && NewCount == _app.Instances;

    public List<Instance> Waiting => Walk(instance => !IsNew(instance) && instance is { IsActive: false, Goal: Goal.Running });

    public List<Instance> Old => Walk(instance => !IsNew(instance) && instance is { IsActive: true, Goal: Goal.Running });

    public List<Instance> New => Walk(instance => IsNew(instance) && instance.IsWanted);

    public static Census Of(AppsState state, RunSpec app) => new(state, app);

    public bool IsHealthy(Instance instance)
    {
        if (!_definitions.TryGetValue(instance.Version, out var definition))
        {
            _definitions[instance.Version] = definition = _state.DefinitionOf(instance);
        }
        return InstanceHealth.IsHealthy(definition, instance);
    }

    /// <summary>Scaling and metadata move the version, not the configuration; a roll-back brings an earlier configuration back.</summary>
    private bool IsNew(Instance instance) => instance.Version == _app.Version
        || _state.DefinitionOf(instance).VersionInfo.LastConfigChangeAt == _app.VersionInfo.LastConfigChangeAt;

    private List<Instance> Walk(Func<Instance, bool> wanted) => _state.Instances.Of(_app.Id).Where(wanted).ToList();
}
