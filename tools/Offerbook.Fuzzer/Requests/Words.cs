using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>
/// The names that requests are made of. Few, so that requests meet each other: a framework that one subscribed another tears down.
/// None of them is a name of the frameworks and agents that keep watch beside.
/// </summary>
public static class Words
{
    /// <summary>Every endpoint of a master, with those of which a master may have none.</summary>
    public static readonly string[] Routes =
    [
        "/api/v1", "/api/v1/scheduler", "/offerbook/agent/v1", "/health", "/version", "/redirect", "/flags", "/teardown", "/quota",
        "/weights",
        "/maintenance/schedule", "/maintenance/status", "/machine/down", "/machine/up", "/state", "/state-summary", "/slaves",
        "/frameworks",
        "/tasks", "/roles", "/hierarchical-allocator(1)/offer_constraints_debug", "/offerbook/v1/offers", "/offerbook/v1/why",
        "/offerbook/v1/fairness", "/offerbook/v1/format", "/reserve", "/unreserve", "/create-volumes", "/destroy-volumes",
        "/metrics/snapshot",
        "/metrics", "/files/browse", "/files/read", "/files/download", "/files/debug", "/logging/toggle", "/system/stats",
        "/system/stats.json", "/help",
        "/profiler/start", "/profiler/stop", "/memory-profiler/start", "/",
    ];

    public static readonly string[] Query =
    [
        "limit", "offset", "order", "jsonp", "framework_id", "task_id", "slave_id", "agent", "framework", "role", "from", "to", "timeout",
        "path",
        "length", "level", "duration", "after", "before", "outcome", "since", "until",
    ];

    private static readonly string[] Roles = ["*", "fuzz", "fuzz/a", "fuzz/a/b", "other", "-bad", "a//b", "..", "fuzz/*", "/x", " ", "é"];

    private static readonly string[] Strange =
    [
        "", " ", ".", "..", "/", "\\", "a/b", "*", "null", "NaN", "-1", "\0", "a\0b", "\u001b[2J", "\ud83d\ude00", "‮", "%s%n", "{}", "[]",
        "'; DROP TABLE offers; --", "<script>", "${jndi:x}", "../../../../etc/passwd", "\r\nX-Injected: 1", "0x10", "1e309",
        "9223372036854775808",
    ];

    public static string Framework(SeededRandom chance) => $"fuzz-f{chance.Next(12):x}";

    public static string Agent(SeededRandom chance) => $"fuzz-a{chance.Next(12):x}";

    public static string Host(SeededRandom chance) => $"fuzz-host-{chance.Next(12)}";

    public static string Id(SeededRandom chance) => $"fuzz-{(char)('k' + chance.Next(8))}{chance.Next(6)}";

    public static string Role(SeededRandom chance) => Roles[chance.Chance(0.85) ? chance.Next(5) : chance.Next(Roles.Length)];

    /// <summary>A text that no one expects; now and then a very long one.</summary>
    public static string Odd(SeededRandom chance) => chance.Next(20) switch
    {
        0 => new string('x', 300),
        1 => new string('é', 70_000),
        2 => new string('/', 2_000),
        3 => $"{long.MaxValue}{long.MaxValue}",
        _ => Strange[chance.Next(Strange.Length)],
    };

    public static T Any<T>(SeededRandom chance, params IReadOnlyList<T> list) => list[chance.Next(list.Count)];
}
