namespace Offerbook.Master.Hosting.Flags;

/// <summary>
/// All flags of the original's master, and what they do here, and those of Offerbook alone. docs/operating/master-flags.md is the same
/// list.
/// </summary>
public static class MasterFlags
{
    public static FlagSet<MasterOptions> Set { get; } = new("master",
        SettingFlags.All.Concat(ProcessFlags.All).Concat(OtherFlags.All).Concat(OwnFlags.All));

    /// <summary>Sorted by name.</summary>
    public static IReadOnlyList<MasterFlag> All => Set.All;

    /// <summary>See <see cref="FlagSet{TOptions}.Apply"/>.</summary>
    /// <exception cref="FormatException">The value is not right, or the flag is not supported; the message names the flag.</exception>
    public static MasterOptions Apply(MasterFlag flag, string value, MasterOptions options) => Set.Apply(flag, value, options);

    /// <summary>The values in effect under their names, sorted; those that are not set are left out, as are secrets.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Effective(MasterOptions options) => Set.Effective(options);
}
