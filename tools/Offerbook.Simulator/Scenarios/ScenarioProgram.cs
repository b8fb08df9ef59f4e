namespace Offerbook.Simulator.Scenarios;

/// <summary>The part of <c>offerbook simulate</c> that plays scenarios.</summary>
internal static class ScenarioProgram
{
    /// <summary>Delays and ties differ from seed to seed; a handful shows that the story does not depend on them.</summary>
    private const int Seeds = 10;

    public static int Run(string name, SimulatorOptions options, TextWriter output)
    {
        if (name == "list")
        {
            foreach (var known in ScenarioCatalog.All)
            {
                output.WriteLine(known.Name);
            }
            return 0;
        }
        if (name == "all")
        {
            return ScenarioCatalog.All.Count(each => !Play(each, options, output)) == 0 ? 0 : 1;
        }
        if (ScenarioCatalog.Find(name) is not { } scenario)
        {
            output.WriteLine($"There is no scenario \"{name}\". \"--scenario list\" prints those that exist.");
            return 2;
        }
        return Play(scenario, options, output) ? 0 : 1;
    }

    private static bool Play(NamedScenario scenario, SimulatorOptions options, TextWriter output)
    {
        var seeds = options.Seed is { } one ? [one] : Enumerable.Range(0, Seeds).Select(i => options.FirstSeed + (ulong)i).ToArray();
        foreach (var seed in seeds)
        {
            var (hash, violation, events) = ScenarioRunner.Play(scenario, seed, options.Seed is null ? null : output.WriteLine);
            if (violation is null && options.Twice && ScenarioRunner.Play(scenario, seed).Hash is var again && again != hash)
            {
                violation = $"the run is not deterministic: hash {hash:x16}, then {again:x16}";
            }
            if (violation is not null)
            {
                foreach (var line in options.Seed is null ? events : [])
                {
                    output.WriteLine(line);
                }
                output.WriteLine(
                    $"FAILED {scenario.Name}\n  VIOLATED {violation}\n  rerun: ./offerbook simulate --scenario {scenario.Name} --seed 0x{seed:x}");
                return false;
            }
        }
        output.WriteLine($"passed {scenario.Name} ({seeds.Length} seeds)");
        return true;
    }
}
