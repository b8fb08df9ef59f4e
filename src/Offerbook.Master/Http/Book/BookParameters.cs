using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Master.Http.Book;

/// <summary>
/// The parameters of a question to the offer book. Takes note of the first one that is wrong, so that its reader may ask on and look once.
/// </summary>
internal sealed class BookParameters
{
    private readonly IQueryCollection _query;

    /// <param name="known">All that the endpoint understands: a misspelt one must not go unnoticed.</param>
    public BookParameters(IQueryCollection query, params string[] known)
    {
        _query = query;
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                Refuse($"There is no parameter '{name}'; there are: {string.Join(", ", known)}");
            }
            else if (values.Count > 1)
            {
                Refuse($"The parameter '{name}' was given {values.Count} times; give it once");
            }
        }
    }

    /// <summary>What is wrong; null when all is well so far.</summary>
    public string? Problem { get; private set; }

    public void Refuse(string problem) => Problem ??= problem;

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string name) => _query[name].ToString() is { Length: > 0 } text ? text : null;

    public string Required(string name)
    {
        if (Text(name) is { } text)
        {
            return text;
        }
        Refuse($"The parameter '{name}' is missing");
        return "";
    }

    public int Number(string name, int fallback, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }
        Refuse($"The parameter '{name}' is '{text}'; it must be a whole number from {min} to {max}");
        return fallback;
    }

    /// <summary>ISO 8601, taken as UTC when it names no zone, or seconds since 1970.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 253_402_300_799)
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        }
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            && time >= DateTimeOffset.UnixEpoch)
        {
            return time;
        }
        Refuse($"The parameter '{name}' is '{text}'; it must be a time like 2026-11-22T10:05:00Z, or seconds since 1970");
        return null;
    }

    /// <summary>One of an enum's names in snake case.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        foreach (var value in Enum.GetValues<T>())
        {
            if (BookJson.Name(value) == text)
            {
                return value;
            }
        }
        Refuse($"The parameter '{name}' is '{text}'; it must be one of: "
            + string.Join(", ", Enum.GetValues<T>().Select(value => BookJson.Name(value))));
        return null;
    }
}
