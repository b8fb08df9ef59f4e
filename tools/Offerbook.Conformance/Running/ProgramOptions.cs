using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Offerbook.Conformance.Cases;
using Offerbook.Wire;

namespace Offerbook.Conformance.Running;

/// <summary>The arguments of the command. <c>OFFERBOOK_CONFORMANCE_MASTER</c> stands in for <c>--master</c>.</summary>
internal sealed class ProgramOptions
{
    private readonly List<string> _parts = [];

    public Uri? Master { get; private set; }

    public IReadOnlyList<MessageFormat> Formats { get; private set; } = [MessageFormat.Json, MessageFormat.Protobuf];

    public TimeSpan Quiet { get; private set; } = TimeSpan.FromSeconds(2);

    public TimeSpan Patience { get; private set; } = TimeSpan.FromSeconds(35);

    public bool ListOnly { get; private set; }

    public bool Wants(ConformanceCase @case) =>
        _parts.Count == 0 || _parts.Any(part => @case.Name.Contains(part, StringComparison.OrdinalIgnoreCase));

    public static bool TryParse(string[] arguments, out ProgramOptions options, [NotNullWhen(false)] out string? problem)
    {
        options = new ProgramOptions();
        problem = options.Parse(arguments);
        if (problem is null && !options.ListOnly && options.Master is null)
        {
            problem = "--master is missing";
        }
        return problem is null;
    }

    private string? Parse(string[] arguments)
    {
        if (System.Environment.GetEnvironmentVariable("OFFERBOOK_CONFORMANCE_MASTER") is { Length: > 0 } address)
        {
            Master = new Uri(address);
        }
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--list")
            {
                ListOnly = true;
                continue;
            }
            if (i + 1 == arguments.Length)
            {
                return $"'{arguments[i]}' is unknown or lacks its value";
            }
            if (Set(arguments[i], arguments[++i]) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    private string? Set(string name, string value)
    {
        switch (name)
        {
            case "--master"
                when Uri.TryCreate(value, UriKind.Absolute, out var master) && master.Scheme.StartsWith("http", StringComparison.Ordinal):
                Master = master;
                return null;
            case "--format" when value is "json" or "protobuf":
                Formats = [value == "json" ? MessageFormat.Json : MessageFormat.Protobuf];
                return null;
            case "--case":
                _parts.Add(value);
                return null;
            case "--quiet" when TrySeconds(value, out var quiet):
                Quiet = quiet;
                return null;
            case "--patience" when TrySeconds(value, out var patience):
                Patience = patience;
                return null;
            default:
                return $"'{name} {value}' is not understood";
        }
    }

    private static bool TrySeconds(string text, out TimeSpan time)
    {
        var read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 3600;
        time = read ? TimeSpan.FromSeconds(seconds) : default;
        return read;
    }
}
