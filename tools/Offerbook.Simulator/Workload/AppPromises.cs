using Newtonsoft.Json.Linq;

namespace Offerbook.Simulator.Workload;

/// <summary>
/// What each revision of an app asks of its deployments, as its client wrote it. Checks measure the framework by this and not by what
/// the framework has made of it.
/// </summary>
public sealed class AppPromises
{
    private readonly Dictionary<(string App, int Revision), AppPromise> _made = [];

    /// <param name="app">The definition, with its absolute id.</param>
    /// <param name="needs">The apps that it depends on, groups taken apart; null: it does not say.</param>
    public void Make(JObject app, AppFacts facts, IReadOnlyList<string>? needs) =>
        _made[((string)app["id"]!, facts.Revision)] = new AppPromise((double?)app["upgradeStrategy"]?["minimumHealthCapacity"], needs)
        {
            Place = app["constraints"] is JArray { Count: > 0 } constraints
                ? ((string)constraints[0][0]!, (string?)constraints[0].ElementAtOrDefault(2)) : null,
        };

    /// <returns>What was not said is null.</returns>
    public AppPromise Of(string app, int revision) => _made.GetValueOrDefault((app, revision), AppPromise.None);
}

/// <param name="MinimumHealthCapacity">The part of its instances that a replacement must leave healthy, 0 to 1.</param>
/// <param name="Needs">The apps that must have been ready before it is launched.</param>
public sealed record AppPromise(double? MinimumHealthCapacity, IReadOnlyList<string>? Needs)
{
    public static AppPromise None { get; } = new(null, null);

    /// <summary>The field of its first constraint and what it is compared with; null: it may run anywhere.</summary>
    public (string Field, string? Value)? Place { get; init; }
}
