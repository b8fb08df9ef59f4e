using Newtonsoft.Json.Linq;
using Offerbook.Batch.Errors;
using Offerbook.Resources;

namespace Offerbook.Batch.Jobs;

/// <summary>
/// Understands the JSON of a job. Everything that is wrong is found at once; a member that nobody knows is wrong too, because it is mostly
/// a slip.
/// </summary>
public sealed class JobSpecReader
{
    private const string KnownMembers = "id, command, args, cpus, mem, disk, count, retries, labels";

    private readonly JObject _json;
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    private JobSpecReader(JObject json) => _json = json;

    /// <param name="errors">By path; empty exactly when a job is returned.</param>
    public static JobSpec? Read(JToken body, out IReadOnlyList<PathErrors> errors)
    {
        if (body is not JObject json)
        {
            errors = [new PathErrors("/", [$"must be an object, but is {Describe(body)}"])];
            return null;
        }
        var reader = new JobSpecReader(json);
        var spec = reader.ReadSpec();
        errors = reader._errors.Select(e => new PathErrors(e.Key, e.Value)).ToList();
        return errors.Count == 0 ? spec : null;
    }

    private JobSpec ReadSpec()
    {
        foreach (var member in _json.Properties())
        {
            if (!KnownMembers.Split(", ").Contains(member.Name, StringComparer.Ordinal))
            {
                Add("/" + Shorten(member.Name), $"is not a member of a job; the members are {KnownMembers}");
            }
        }
        var command = ReadText("command", JobLimits.MaxCommandLength);
        var args = ReadArgs();
        if (!Has("command") && !Has("args"))
        {
            Add("/command", "either command or args must be given");
        }
        if (Has("command") && Has("args"))
        {
            Add("/args", "only one of command and args may be given");
        }
        return new JobSpec(
            ReadId(),
            command,
            args,
            new Demand(
                ReadAmount("cpus", 0.1, 0.001, JobLimits.MaxCpus),
                ReadAmount("mem", 32, 1, JobLimits.MaxMegabytes),
                ReadAmount("disk", 0, 0, JobLimits.MaxMegabytes)),
            ReadWhole("count", 1, 1, JobLimits.MaxCount),
            ReadWhole("retries", 0, 0, JobLimits.MaxRetries),
            ReadLabels());
    }

    private string ReadId()
    {
        var id = ReadText("id", JobLimits.MaxIdLength);
        if (!Has("id"))
        {
            Add("/id", "must be given");
        }
        else if (id is not null && !(id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && char.IsAsciiLetterOrDigit(id[0]) && char.IsAsciiLetterOrDigit(id[^1])))
        {
            Add("/id", "must begin and end with a letter or digit, with only letters, digits, '-', '_' and '.' between (a-z, A-Z, 0-9)");
        }
        return id ?? "";
    }

    private List<string> ReadArgs()
    {
        var read = new List<string>();
        if (!Has("args"))
        {
            return read;
        }
        if (_json["args"] is not JArray args)
        {
            Add("/args", $"must be an array of strings, but is {Describe(_json["args"]!)}");
            return read;
        }
        if (args.Count is 0 or > JobLimits.MaxArgs)
        {
            Add("/args", $"must have 1 to {JobLimits.MaxArgs} elements, but has {args.Count}");
            return read;
        }
        for (var i = 0; i < args.Count; i++)
        {
            read.Add(CheckText("/args/" + i, args[i], JobLimits.MaxCommandLength, mayBeEmpty: i > 0) ?? "");
        }
        return read;
    }

    private List<KeyValuePair<string, string>> ReadLabels()
    {
        var read = new List<KeyValuePair<string, string>>();
        if (!Has("labels"))
        {
            return read;
        }
        if (_json["labels"] is not JObject labels)
        {
            Add("/labels", $"must be an object of strings, but is {Describe(_json["labels"]!)}");
            return read;
        }
        if (labels.Count > JobLimits.MaxLabels)
        {
            Add("/labels", $"must have at most {JobLimits.MaxLabels} members, but has {labels.Count}");
            return read;
        }
        foreach (var label in labels.Properties().OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            var path = "/labels/" + Shorten(label.Name);
            CheckText(path, new JValue(label.Name), JobLimits.MaxLabelLength, mayBeEmpty: false);
            read.Add(new(label.Name, CheckText(path, label.Value, JobLimits.MaxLabelLength, mayBeEmpty: true) ?? ""));
        }
        return read;
    }

    private string? ReadText(string member, int maxLength) =>
        Has(member) ? CheckText("/" + member, _json[member]!, maxLength, mayBeEmpty: false) : null;

    private string? CheckText(string path, JToken value, int maxLength, bool mayBeEmpty)
    {
        if (value.Type != JTokenType.String)
        {
            Add(path, $"must be a string, but is {Describe(value)}");
            return null;
        }
        var text = (string)value!;
        if (text.Length > maxLength || (text.Length == 0 && !mayBeEmpty))
        {
            Add(path, text.Length == 0 ? "must not be empty" : $"must have at most {maxLength} characters, but has {text.Length}");
            return null;
        }
        if (text.Contains('\0'))
        {
            Add(path, "must not contain the character NUL");
            return null;
        }
        return text;
    }

    private Scalar ReadAmount(string member, double fallback, double min, double max)
    {
        if (!Has(member))
        {
            return Scalar.FromUnits(fallback);
        }
        var value = _json[member]!;
        if (value.Type is not (JTokenType.Integer or JTokenType.Float))
        {
            Add("/" + member, $"must be a number, but is {Describe(value)}");
            return Scalar.Zero;
        }
        var amount = value is JValue { Value: System.Numerics.BigInteger } ? double.PositiveInfinity : (double)value;
        // Written so that NaN fails it.
        if (!(amount >= min && amount <= max))
        {
            Add("/" + member, FormattableString.Invariant($"must be between {min} and {max}"));
            return Scalar.Zero;
        }
        return Scalar.FromUnits(amount);
    }

    private int ReadWhole(string member, int fallback, int min, int max)
    {
        if (!Has(member))
        {
            return fallback;
        }
        var value = _json[member]!;
        if (value.Type != JTokenType.Integer)
        {
            Add("/" + member, $"must be a whole number, but is {Describe(value)}");
            return fallback;
        }
        if (value is JValue { Value: System.Numerics.BigInteger } || (long)value < min || (long)value > max)
        {
            Add("/" + member, $"must be between {min} and {max}");
            return fallback;
        }
        return (int)value;
    }

    /// <summary>A null is as good as absent: some clients write every member.</summary>
    private bool Has(string member) => _json[member] is { Type: not JTokenType.Null };

    private void Add(string path, string error)
    {
        if (!_errors.TryGetValue(path, out var errors))
        {
            _errors[path] = errors = [];
        }
        errors.Add(error);
    }

    private static string Describe(JToken value) => value.Type switch
    {
        JTokenType.Object => "an object",
        JTokenType.Array => "an array",
        JTokenType.Null => "null",
        JTokenType.Boolean => "a boolean",
        JTokenType.Integer or JTokenType.Float => "a number",
        _ => "a string",
    };

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
