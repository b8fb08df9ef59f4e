using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Commands;

/// <summary>Questions to the offer book, and how its answers are printed.</summary>
internal static class BookQuery
{
    public static string Path(string what, IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        return $"/offerbook/v1/{what}?{string.Join('&', given)}";
    }

    /// <summary><c>cpus 2, mem 512</c></summary>
    public static string Amounts(JToken? amounts)
    {
        var parts = (amounts as JObject)?.Properties().Select(amount => $"{amount.Name} {Number((double)amount.Value)}").ToList();
        return parts is null or { Count: 0 } ? "nothing" : string.Join(", ", parts);
    }

    /// <summary>Two units at most: <c>1.2s</c>, <c>3m05s</c>, <c>2d4h</c>.</summary>
    public static string Seconds(JToken? seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Min((double?)seconds ?? 0, TimeSpan.MaxValue.TotalSeconds / 2));
        return time.TotalSeconds < 60 ? Number(time.TotalSeconds) + "s"
            : time.TotalHours < 1 ? $"{time.Minutes}m{time.Seconds:00}s"
            : time.TotalDays < 1 ? $"{time.Hours}h{time.Minutes:00}m"
            : $"{(long)time.TotalDays}d{time.Hours}h";
    }

    public static string Time(JToken? time) => time is null ? ""
        : ((DateTime)time).ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string Number(double number) => Math.Round(number, 3).ToString(CultureInfo.InvariantCulture);
}
