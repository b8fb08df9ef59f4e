using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Offerbook.Fuzzer.Running;

/// <summary>What a run is to do.</summary>
public sealed record FuzzOptions(Uri Master)
{
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(1);

    public long Seed { get; init; } = 1;

    /// <summary>The first request.</summary>
    public long From { get; init; }

    /// <summary>After how many requests the run ends, if its time is not up before.</summary>
    public long Count { get; init; } = long.MaxValue;

    /// <summary>How many requests are under way at once.</summary>
    public int Workers { get; init; } = 8;

    /// <summary>The longest that /health, and the companion's next offer and next end of a task, may take.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the master has to put away what the run left, before memory and connections are judged.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the master may take, with nothing to do, until no more is in use than before. Zero: its heap is not judged.
    /// </summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How many simulated agents are connected meanwhile.</summary>
    public int Agents { get; init; }

    /// <summary>The master's process, when it is on this machine: for its memory.</summary>
    public int? Process { get; init; }

    /// <summary>Where requests go that brought out a fault.</summary>
    public string Output { get; init; } = "fuzz-failures";

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out FuzzOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = new FuzzOptions(new Uri("about:blank"));
        problem = null;
        for (var i = 0; i < arguments.Length && problem is null; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            options = Set(options!, arguments[i], value);
            problem = options is null ? $"'{arguments[i]} {value}' is not understood" : null;
        }
        if (problem is null && !options!.Master.Scheme.StartsWith("http", StringComparison.Ordinal))
        {
            problem = "--master http://HOST:PORT is missing";
        }
        return problem is null;
    }

    private static FuzzOptions? Set(FuzzOptions options, string name, string value) => name switch
    {
        "--master" when Uri.TryCreate(value, UriKind.Absolute, out var master) => options with { Master = master },
        "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and < 10_000 =>
            options with { Length = TimeSpan.FromMinutes(minutes) },
        "--stall-limit" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 3_600 =>
            options with { StallLimit = TimeSpan.FromSeconds(seconds) },
        "--seed" when long.TryParse(value, out var seed) => options with { Seed = seed },
        "--from" when long.TryParse(value, out var from) && from >= 0 => options with { From = from },
        "--count" when long.TryParse(value, out var count) && count > 0 => options with { Count = count },
        "--workers" when int.TryParse(value, out var workers) && workers is > 0 and <= 256 => options with { Workers = workers },
        "--agents" when int.TryParse(value, out var agents) && agents is >= 0 and <= 20_000 => options with { Agents = agents },
        "--idle" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 3_600 =>
            options with { Idle = TimeSpan.FromSeconds(seconds) },
        "--pid" when int.TryParse(value, out var process) => options with { Process = process },
        "--out" when value.Length > 0 => options with { Output = value },
        _ => null,
    };
}
