using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags of Offerbook alone.</summary>
internal static class OwnFlags
{
    public static IReadOnlyList<Flag<AgentOptions>> All { get; } =
    [
        Own("max_connections", "HTTP connections at once; one more is closed unanswered",
            (text, options) => options with { MaxConnections = Count(text, 10, 1_000_000) }, options => Of(options.MaxConnections)),
        Own("stop_tasks", "All tasks end when the agent stops; else they go on running",
            (text, options) => options with { StopTasksOnExit = Switch(text) }, options =>
                Of(options.StopTasksOnExit)) with { IsSwitch = true },
    ];

    private static Flag<AgentOptions> Own(string name, string note, Func<string, AgentOptions, AgentOptions> apply,
        Func<AgentOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { IsOwn = true, Apply = apply, Show = show };
}
