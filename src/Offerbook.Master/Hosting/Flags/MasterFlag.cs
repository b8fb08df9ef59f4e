namespace Offerbook.Master.Hosting.Flags;

/// <summary>What becomes of a flag of the original.</summary>
public enum FlagSupport
{
    /// <summary>It does what it does there, or what its note says.</summary>
    Supported,

    /// <summary>It is taken so that a command line needs no change, and has no effect, for the reason in its note.</summary>
    Ignored,

    /// <summary>It is refused, for the reason in its note: a master that went on without it would not do what was asked.</summary>
    NotSupported,
}

/// <summary>A flag of <c>offerbook master</c> under the name that the original gives it, if it has it.</summary>
/// <param name="Note">Why it is ignored or not supported, or how it differs; may be empty when it does not.</param>
public sealed record MasterFlag(string Name, FlagSupport Support, string Note)
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
    public Func<string, MasterOptions, MasterOptions>? Apply { get; init; }

    /// <summary>The value in effect as /flags shows it; null when it is not set. Never a secret.</summary>
    public Func<MasterOptions, string?>? Show { get; init; }

    /// <summary>With two spellings: words joined by underscores or by dashes.</summary>
    public IEnumerable<string> Spellings => new[] { Name, OldName }.OfType<string>().SelectMany(name => new[] { name, name.Replace('_', '-') }).Distinct();
}
