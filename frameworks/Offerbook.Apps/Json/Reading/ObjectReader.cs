using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

/// <summary>Where reading a document notes what does not fit its shape.</summary>
public sealed class ReadErrors
{
    public PathErrors Shape { get; } = new();

    /// <summary>The first text that should have been a timestamp; answered in a way of its own.</summary>
    public string? BadTimestamp { get; set; }

    public bool Any => Shape.Any || BadTimestamp is not null;

    public ApiError ToApiError() => BadTimestamp is null ? ApiErrors.InvalidShape(Shape) : ApiErrors.InvalidTimestamp(BadTimestamp);
}

/// <summary>
/// Takes members out of one JSON object. A member that is absent or null reads as null; one of the wrong type or range also reads
/// as null and leaves an error with its path, so that a single pass finds every mistake. Members never asked for are ignored.
/// </summary>
public readonly struct ObjectReader(JObject members, string path, ReadErrors errors)
{
    public string Path => path;

    public ReadErrors Errors => errors;

    public JToken? Member(string name) => members[name] is { Type: not JTokenType.Null } token ? token : null;

    public bool Has(string name) => Member(name) is not null;

    public string At(string name) => path + "/" + name;

    public void Fail(string name, string error) => errors.Shape.Add(At(name), error);

    /// <summary>Notes that a required member is missing, if it is.</summary>
    public T Required<T>(string name, T? value, T otherwise) where T : class
    {
        if (!Has(name))
        {
            Fail(name, "error.path.missing");
        }
        return value ?? otherwise;
    }

    public T Required<T>(string name, T? value) where T : struct
    {
        if (!Has(name))
        {
            Fail(name, "error.path.missing");
        }
        return value ?? default;
    }

    public string? Text(string name, int minLength = 0, int maxLength = int.MaxValue, Regex? pattern = null)
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        if (token.Type != JTokenType.String)
        {
            Fail(name, "error.expected.jsstring");
            return null;
        }
        var text = (string)token!;
        if (text.Length < minLength)
        {
            Fail(name, "error.minLength");
        }
        if (text.Length > maxLength)
        {
            Fail(name, "error.maxLength");
        }
        if (pattern is not null && !pattern.IsMatch(text))
        {
            Fail(name, "error.pattern");
        }
        return text;
    }

    public bool? Flag(string name)
    {
        var token = Member(name);
        if (token is not null and not { Type: JTokenType.Boolean })
        {
            Fail(name, "error.expected.jsboolean");
            return null;
        }
        return (bool?)token;
    }

    public int? Int(string name, int min = 0, int max = int.MaxValue)
    {
        var value = Long(name, min, int.MaxValue);
        if (value > max)
        {
            Fail(name, "error.max");
            return null;
        }
        return (int?)value;
    }

    /// <summary>A whole number; <c>3.0</c> will do.</summary>
    public long? Long(string name, long min = 0, long max = long.MaxValue)
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        var (value, error) = Whole(token, max);
        if (error is null && value < min)
        {
            error = "error.min";
        }
        if (error is not null)
        {
            Fail(name, error);
            return null;
        }
        return value;
    }

    /// <param name="max">Beyond it amounts cannot be counted exactly.</param>
    public double? Number(string name, double min, double max = Quantity.Max)
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        var error = token.Type is not (JTokenType.Integer or JTokenType.Float) ? "error.expected.jsnumber"
            : (double)token < min ? "error.min"
            : (double)token > max ? "error.max" : null;
        if (error is not null)
        {
            Fail(name, error);
            return null;
        }
        return (double)token;
    }

    public Quantity? Amount(string name, double min = 0) => Number(name, min) is { } units ? Quantity.Of(units) : null;

    public T? Choice<T>(string name, EnumText<T> forms) where T : struct, Enum
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        if (token.Type == JTokenType.String && forms.TryParse((string)token!, out var value))
        {
            return value;
        }
        Fail(name, "error.unknown.enum.literal");
        return null;
    }

    public Timestamp? Moment(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        if (Timestamp.TryParse(text, out var moment))
        {
            return moment;
        }
        errors.BadTimestamp ??= text;
        return null;
    }

    public T? Object<T>(string name, Func<ObjectReader, T> read) where T : class =>
        Member(name) is { } token ? Object(token, At(name), errors, read) : null;

    /// <summary>Null when absent; elements that do not fit are left out (and noted).</summary>
    public ValueList<T>? List<T>(string name, Func<JToken, string, ReadErrors, T?> readElement) where T : class
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        if (token is not JArray array)
        {
            Fail(name, "error.expected.jsarray");
            return null;
        }
        var list = new List<T>(array.Count);
        for (var i = 0; i < array.Count; i++)
        {
            if (readElement(array[i], At(name) + "(" + i + ")", errors) is { } element)
            {
                list.Add(element);
            }
        }
        return list.ToValueList();
    }

    public ValueList<T>? Objects<T>(string name, Func<ObjectReader, T> read) where T : class =>
        List(name, (token, at, log) => Object(token, at, log, read));

    public ValueList<string>? Texts(string name, int minLength = 0, int maxLength = int.MaxValue) => List(name, (token, at, log) =>
    {
        var text = Element.Text(token, at, log);
        if (text is not null && (text.Length < minLength || text.Length > maxLength))
        {
            log.Shape.Add(at, text.Length < minLength ? "error.minLength" : "error.maxLength");
        }
        return text;
    });

    public ValueMap<T>? Map<T>(string name, Func<JToken, string, ReadErrors, T?> readValue) where T : class
    {
        if (Member(name) is not { } token)
        {
            return null;
        }
        if (token is not JObject map)
        {
            Fail(name, "error.expected.jsobject");
            return null;
        }
        var pairs = new List<KeyValuePair<string, T>>();
        foreach (var (key, value) in map)
        {
            if (value is { Type: not JTokenType.Null } && readValue(value, At(name) + "/" + key, errors) is { } read)
            {
                pairs.Add(KeyValuePair.Create(key, read));
            }
        }
        return pairs.ToValueMap();
    }

    public ValueMap<string>? TextMap(string name) => Map(name, Element.Text);

    public static T? Object<T>(JToken token, string path, ReadErrors errors, Func<ObjectReader, T> read) where T : class
    {
        if (token is JObject members)
        {
            return read(new ObjectReader(members, path, errors));
        }
        errors.Shape.Add(path, "error.expected.jsobject");
        return null;
    }

    internal static (long Value, string? Error) Whole(JToken token, long max)
    {
        switch (token.Type)
        {
            case JTokenType.Integer:
                var value = (long)token;
                return (value, value > max ? max == int.MaxValue ? "error.expected.int" : "error.max" : null);
            case JTokenType.Float:
                var number = (double)token;
                var fits = number == Math.Floor(number) && Math.Abs(number) <= Math.Min(max, 1L << 53);
                return fits ? ((long)number, null) : (0, max == int.MaxValue ? "error.expected.int" : "error.expected.long");
            default:
                return (0, "error.expected.jsnumber");
        }
    }
}

/// <summary>Readers of array elements and map values.</summary>
public static class Element
{
    public static string? Text(JToken token, string path, ReadErrors errors)
    {
        if (token.Type == JTokenType.String)
        {
            return (string)token!;
        }
        errors.Shape.Add(path, "error.expected.jsstring");
        return null;
    }

    /// <summary>Boxed, so that one list reader serves references only.</summary>
    public static object? Int(JToken token, string path, ReadErrors errors, int min, int max)
    {
        var (value, error) = ObjectReader.Whole(token, int.MaxValue);
        error ??= value < min ? "error.min" : value > max ? "error.max" : null;
        if (error is null)
        {
            return (int)value;
        }
        errors.Shape.Add(path, error);
        return null;
    }
}
