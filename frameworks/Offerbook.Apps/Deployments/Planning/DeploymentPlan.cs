using Offerbook.Apps.Groups;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>How to get from one tree to another: steps in strict order, the actions of a step at once. Computed from the two trees
/// alone, so it can be computed again after a restart.</summary>
public sealed record DeploymentPlan(
    string Id,
    RootGroup Original,
    RootGroup Target,
    IReadOnlyList<DeploymentStep> Steps,
    Timestamp Version)
{
    /// <summary>The apps and pods that an action touches, by id. Two plans conflict if they share one.</summary>
    public IReadOnlyList<PathId> AffectedApps { get; } = Steps.SelectMany(step => step.Actions).Select(action => action.App.Id).Distinct()
        .Order().ToList();

    private readonly HashSet<PathId> _affected = Steps.SelectMany(step => step.Actions).Select(action => action.App.Id).ToHashSet();

    /// <summary>What the client should know although nothing is refused for it.</summary>
    public ValueList<string> Warnings { get; init; } = [];

    /// <summary>In what order the apps of a step that stops several may go.</summary>
    public StopOrder Stops { get; } = StopOrder.Of(Original, Steps);

    public bool IsEmpty => Steps.Count == 0;

    public bool Affects(PathId app) => _affected.Contains(app);

    public bool ConflictsWith(DeploymentPlan other) => AffectedApps.Any(other.Affects);
}

/// <summary>What is done at once; at most one action for an app.</summary>
public sealed record DeploymentStep(IReadOnlyList<DeploymentAction> Actions)
{
    private readonly Dictionary<PathId, DeploymentAction> _byApp = Actions.ToDictionary(action => action.App.Id);

    public DeploymentAction? ActionOf(PathId app) => _byApp.GetValueOrDefault(app);
}

/// <summary>What is done to one app or pod.</summary>
public abstract record DeploymentAction
{
    private DeploymentAction(RunSpec app) => App = app;

    /// <summary>The app or pod, as in the target tree; as in the original one when it is stopped.</summary>
    public RunSpec App { get; init; }

    /// <summary>As in the API: <c>StartApplication</c> and so on.</summary>
    public string Name => this switch
    {
        Start => "Start",
        Stop => "Stop",
        Scale or Move => "Scale",
        _ => "Restart",
    } + (IsOfPod ? "Pod" : "Application");

    public bool IsOfPod => App is PodDefinition;

    /// <summary>Announces a new app; its instances come with the Scale action of its layer.</summary>
    public sealed record Start(RunSpec App) : DeploymentAction(App);

    /// <summary>Removes all instances of an app that is no longer there.</summary>
    public sealed record Stop(RunSpec App) : DeploymentAction(App);

    /// <summary>Brings the number of instances to <see cref="AppDefinition.Instances"/>.</summary>
    /// <param name="InstancesToKill">Ids of instances that must be among those that go.</param>
    public sealed record Scale(RunSpec App, IReadOnlyList<string> InstancesToKill) : DeploymentAction(App);

    /// <summary>Starts as many instances elsewhere as are named, then lets those go. Clients see it as a scaling.</summary>
    /// <param name="Instances">Ids.</param>
    public sealed record Move(RunSpec App, IReadOnlyList<string> Instances) : DeploymentAction(App);

    /// <summary>Replaces every instance of an older configuration.</summary>
    public sealed record Restart(RunSpec App) : DeploymentAction(App);
}
