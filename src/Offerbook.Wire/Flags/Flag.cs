namespace Offerbook.Wire.Flags;

/// <summary>What becomes of a flag of the original.</summary>
public enum FlagSupport
{
    /// <summary>It does what it does there, or what its note says.</summary>
    Supported,

    /// <summary>It is taken so that a command line needs no change, and has no effect, for the reason in its note.</summary>
    Ignored,

    /// <summary>It is refused, for the reason in its note: a part that went on without it would not do what was asked.</summary>
    NotSupported,
}

/// <summary>A flag of a part of the cluster under the name that the original gives it, if it has it.</summary>
/// <param name="Note">Why it is ignored or not supported, or how it differs; may be empty when it does not.</param>
public sealed record Flag<TOptions>(string Name, FlagSupport Support, string Note)
{
    /// <summary>Whether it is one of Offerbook alone, which the original does not have.</summary>
    public bool IsOwn { get; init; }

    /// <summary>An older name that the original still takes.</summary>
    public string? OldName { get; init; }

    /// <summary>Whether it may stand without a value, and has a form <c>--no-…</c>.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>Whether the value is the path of a file, which is not read in the value's place.</summary>
    public bool IsPath { get; init; }

    /// <summary>Its effect. Throws <see cref="FormatException"/> with the reason when the value is not right.</summary>
    public Func<string, TOptions, TOptions>? Apply { get; init; }

    /// <summary>The value in effect as /flags shows it; null when it is not set. Never a secret.</summary>
    public Func<TOptions, string?>? Show { get; init; }

    /// <summary>With two spellings: words joined by underscores or by dashes.</summary>
    public IEnumerable<string> Spellings =>
        new[] { Name, OldName }.OfType<string>().SelectMany(name => new[] { name, name.Replace('_', '-') }).Distinct();

    /// <summary>One that has no effect.</summary>
    public static Flag<TOptions> Ignored(string name, string why, bool isSwitch = false) =>
        new(name, FlagSupport.Ignored, why) { IsSwitch = isSwitch };

    /// <summary>One that cannot be had.</summary>
    /// <param name="accepted">Values that ask for what is so anyhow; the first is shown.</param>
    public static Flag<TOptions> Refused(string name, string why, params string[] accepted) => new(name, FlagSupport.NotSupported, why)
    {
        Apply = (text, options) =>
            accepted.Contains(text)
                ? options : throw new FormatException("not supported: " + char.ToLowerInvariant(why[0]) + why[1..].Replace("`", "")),
        Show = accepted.Length > 0 ? _ => accepted[0] : null,
    };
}
