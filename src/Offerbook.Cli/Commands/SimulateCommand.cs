using System.CommandLine;
using System.Globalization;
using Offerbook.Simulator;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook simulate</c>: whole clusters under virtual time, with faults drawn from a seed.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var defaults = new SimulatorOptions();
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run", DefaultValueFactory = _ => defaults.Seeds };
        var first = new Option<string?>("--first-seed") { Description = "The first of them (decimal or 0x…)", HelpName = "seed" };
        var seed = new Option<string?>("--seed") { Description = "Run this seed only and print every event", HelpName = "seed" };
        var twice = new Option<bool>("--twice") { Description = "Run every seed twice and compare the event hashes" };
        var scenario = new Option<string?>(
            "--scenario") { Description = "Run a named scenario; 'list' prints the names, 'all' runs them all", HelpName = "name" };
        var minutes = new Option<int>("--minutes") { Description = "Virtual minutes of work and faults in each run",
            DefaultValueFactory = _ => defaults.Minutes };
        var elected = new Option<bool>(
            "--elected") { Description =
                "Three masters, two of Apps and two of Batch in every run; else four in ten have several of some" };
        var mixture = new Option<Mixture>("--mixture")
        {
            Description = "Who takes part: kinds (of apps), trees (of groups, and pods), wild (frameworks), operators; "
                + "else each seed draws",
            HelpName = "name",
        };
        var mutations = new Option<bool>(
            "--mutations") { Description = "Put defects in on purpose, one after the other, and say in how many seeds each is found" };
        var command = new Command("simulate", "Run whole clusters under virtual time with random faults, and check the invariants")
        {
            seeds, first, seed, twice, scenario, minutes, elected, mixture, mutations,
        };
        command.SetAction((parsed, cancellation) => SimulatorProgram.RunAsync(new SimulatorOptions
        {
            Seeds = parsed.GetValue(seeds),
            FirstSeed = Seed(parsed.GetValue(first)) ?? defaults.FirstSeed,
            Seed = Seed(parsed.GetValue(seed)),
            Twice = parsed.GetValue(twice),
            Scenario = parsed.GetValue(scenario),
            Minutes = parsed.GetValue(minutes),
            Elected = parsed.GetValue(elected),
            Mixture = parsed.GetValue(mixture),
            Mutations = parsed.GetValue(mutations),
        }, Console.Out, cancellation));
        return command;
    }

    private static ulong? Seed(string? text) => text switch
    {
        null => null,
        _ when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) => hex,
        _ when ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new CliException(ExitCode.BadInput, $"'{text}' is not a seed", "give a number, such as 17 or 0x11"),
    };
}
