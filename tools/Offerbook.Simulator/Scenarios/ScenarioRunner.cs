using Offerbook.Actors;

namespace Offerbook.Simulator.Scenarios;

/// <summary>Plays a scenario with one seed.</summary>
public static class ScenarioRunner
{
    /// <returns>The hash of the run, what was violated (null: nothing), and the last events if something was.</returns>
    public static (ulong Hash, string? Violation, IReadOnlyList<string> LastEvents) Play(
        NamedScenario scenario, ulong seed, Action<string>? watch = null)
    {
        var story = new Scenario(seed, scenario.Plan, watch);
        try
        {
            scenario.Play(story);
            return (story.Cluster.World.Hash.Value, null, []);
        }
        catch (InvariantViolationException broken)
        {
            return (story.Cluster.World.Hash.Value, broken.Message, story.Cluster.World.Trace.Last());
        }
        catch (Exception thrown)
        {
            return (story.Cluster.World.Hash.Value, "a core threw " + thrown, story.Cluster.World.Trace.Last());
        }
    }
}
