using System.Text.Json;
using System.Text.Json.Serialization;

namespace Offerbook.Agent.Tests.Captures;

/// <summary>
/// One recorded exchange with the original's agent. What was recorded of a task group is left out: pods have tests of their own. One of
/// <see cref="Text"/>, <see cref="Json"/>, <see cref="Names"/> and <see cref="Like"/> says what the body was.
/// </summary>
/// <param name="Answers">The content type of the answer.</param>
/// <param name="Names">Of metrics or flags, which must all be there.</param>
/// <param name="Json">Without flags, and without what names the build.</param>
/// <param name="Like">The exchange whose body was like this one's.</param>
internal sealed record CapturedExchange(
    string Name, string Method, string Path, string? Type, string? Accept, string? Body, int Status, string? Answers, string? Allow,
    string? Text, JsonElement? Json, string[]? Names, string? Like)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>In the order of their names.</summary>
    public static IReadOnlyDictionary<string, CapturedExchange> All { get; } = Load();

    private static Dictionary<string, CapturedExchange> Load()
    {
        using var data = new StreamReader(typeof(CapturedExchange).Assembly.GetManifestResourceStream("agent-exchanges.jsonl")!);
        var exchanges = data.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<CapturedExchange>(line, s_options)!).ToDictionary(exchange => exchange.Name);
        foreach (var (name, exchange) in exchanges.ToList())
        {
            if (exchange.Like is { } other)
            {
                exchanges[name] = exchange with { Json = exchanges[other].Json, Names = exchanges[other].Names };
            }
        }
        return exchanges;
    }
}
