using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Offerbook.Chaos.Faults;
using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Scenarios;

namespace Offerbook.Chaos.Running;

/// <summary>What to run.</summary>
public sealed record ChaosOptions
{
    /// <summary>Name of a scenario, or <c>all</c>.</summary>
    public string Scenario { get; init; } = "mixed";

    /// <summary>In the place of the scenario's own faults; empty: those.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Which clients do what and which faults come when. What the machine does meanwhile is not in it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>For how long faults are made; starting, converging and tidying up come on top, 4 minutes at most.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(5);

    public Layout Layout { get; init; } = Layout.Full;

    /// <summary>The built <c>offerbook</c>.</summary>
    public string Program { get; init; } = Environment.GetEnvironmentVariable("OFFERBOOK_PROGRAM") ?? "offerbook";

    /// <summary>Another build of it, for parts to be replaced by; null: none.</summary>
    public string? Other { get; init; }

    /// <summary>Where the report, the history and the logs go.</summary>
    public string Output { get; init; } = "chaos-report";

    /// <summary>After the last heal, until everything must be as it was told to be.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);

    public bool Lists { get; init; }

    /// <summary>Only looks whether this box can be the stage.</summary>
    public bool Checks { get; init; }

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out ChaosOptions? options, [NotNullWhen(false)] out string? problem)
    {
        (options, problem) = (new ChaosOptions(), null);
        for (var i = 0; i < arguments.Length && problem is null; i++)
        {
            if (arguments[i] is "--list" or "--check")
            {
                options = arguments[i] == "--list" ? options! with { Lists = true } : options! with { Checks = true };
                continue;
            }
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            options = Set(options!, arguments[i], value);
            problem = options is null ? $"'{arguments[i]} {value}' is not understood; --list names scenarios and faults" : null;
            i++;
        }
        return problem is null;
    }

    private static ChaosOptions? Set(ChaosOptions options, string name, string value) => name switch
    {
        "--scenario" when value == "all" || ScenarioCatalog.Find(value) is not null => options with { Scenario = value },
        "--fault" when FaultCatalog.Find(value) is not null => options with { Faults = [.. options.Faults, value] },
        "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
        "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 1_440 =>
            options with { Length = TimeSpan.FromMinutes(minutes) },
        "--layout" when value == "full" => options with { Layout = Layout.Full },
        "--layout" when value == "masters" => options with { Layout = Layout.SeveralMasters },
        "--layout" when value == "docker" => options with { Layout = Layout.WithEngines },
        "--layout" when value == "standalone" => options with { Layout = Layout.Standalone },
        "--program" when File.Exists(value) => options with { Program = Path.GetFullPath(value) },
        "--other" when File.Exists(value) => options with { Other = Path.GetFullPath(value) },
        "--out" when value.Length > 0 => options with { Output = value },
        _ => null,
    };
}
