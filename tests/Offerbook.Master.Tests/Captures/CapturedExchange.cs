using System.Text.Json;
using System.Text.Json.Serialization;

namespace Offerbook.Master.Tests.Captures;

/// <summary>
/// What is known of one recorded exchange with the original: the request, and what the answer was like. Ids, times and addresses
/// are written as <see cref="CaptureForm"/> writes them; <c>{M}</c> is the master's id, <c>{O}</c> the newest offer, <c>{S}</c> the
/// scheduler's stream. Exactly one of <see cref="Text"/>, <see cref="Json"/>, <see cref="Names"/>, <see cref="Events"/>,
/// <see cref="Bytes"/> and <see cref="Like"/> says what the body was.
/// </summary>
/// <param name="Answers">The content type of the answer.</param>
/// <param name="Names">Of metrics or flags, which must all be there.</param>
/// <param name="Events">Of a stream: all but offers, rescissions and heartbeats, of which only the first is kept.</param>
/// <param name="Like">The exchange whose body this one's was equal to.</param>
internal sealed record CapturedExchange(
    string Name, string Method, string Path, string? Type, string? Accept, string? Stream, string? Body, int Status, string? Answers,
    string? Location, string? Allow, string? Text, JsonElement? Json, string[]? Names, JsonElement[]? Events, string? Bytes, string? Like)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static IReadOnlyDictionary<string, CapturedExchange> All { get; } = Load();

    private static Dictionary<string, CapturedExchange> Load()
    {
        using var data = new StreamReader(typeof(CapturedExchange).Assembly.GetManifestResourceStream("exchanges.jsonl")!);
        var exchanges = data.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<CapturedExchange>(line, s_options)!).ToDictionary(exchange => exchange.Name);
        foreach (var (name, exchange) in exchanges.ToList())
        {
            if (exchange.Like is { } other)
            {
                exchanges[name] = exchange with { Json = exchanges[other].Json, Names = exchanges[other].Names,
                    Events = exchanges[other].Events };
            }
        }
        return exchanges;
    }
}
