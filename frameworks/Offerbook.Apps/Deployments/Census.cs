using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>An app's instances in the middle of a replacement, counted in one walk.</summary>
internal sealed class Census
{
    private readonly Dictionary<Timestamp, AppDefinition> _definitions = [];
    private readonly AppsState _state;

    private Census(AppsState state) => _state = state;

    /// <summary>Old instances that hold resources, those being killed included.</summary>
    public int Occupied { get; private set; }

    /// <summary>Old instances that have no task: they wait for an offer.</summary>
    public List<Instance> Waiting { get; } = [];

    /// <summary>Old instances that nobody has sent away yet.</summary>
    public List<Instance> Old { get; } = [];

    /// <summary>Instances of the new version.</summary>
    public List<Instance> New { get; } = [];

    /// <summary>Those of the new version that are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>Instances, old or new, that count as healthy; a new one must be ready as well.</summary>
    public int Healthy { get; private set; }

    /// <summary>Nothing is dying and nothing is coming.</summary>
    public bool IsStill => Occupied == Old.Count && Ready == New.Count;

    public bool IsDone(AppDefinition app) => Occupied == 0 && Waiting.Count == 0 && Ready == app.Instances && New.Count == app.Instances;

    public static Census Of(Turn turn, AppDefinition app)
    {
        var census = new Census(turn.State);
        foreach (var instance in turn.State.Instances.Of(app.Id))
        {
            census.Count(app, instance);
        }
        return census;
    }

    public bool IsHealthy(Instance instance)
    {
        if (!_definitions.TryGetValue(instance.Version, out var definition))
        {
            _definitions[instance.Version] = definition = _state.DefinitionOf(instance);
        }
        return InstanceHealth.IsHealthy(definition, instance);
    }

    private void Count(AppDefinition app, Instance instance)
    {
        if (instance.Version == app.Version)
        {
            if (instance.IsWanted)
            {
                New.Add(instance);
                var isReady = InstanceHealth.IsReady(app, instance);
                Ready += isReady ? 1 : 0;
                Healthy += isReady ? 1 : 0;
            }
            return;
        }
        if (!instance.IsActive)
        {
            Waiting.Add(instance);
            return;
        }
        Occupied++;
        if (instance.Goal == Goal.Running)
        {
            Old.Add(instance);
            Healthy += IsHealthy(instance) ? 1 : 0;
        }
    }
}
