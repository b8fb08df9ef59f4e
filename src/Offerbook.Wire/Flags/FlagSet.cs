namespace Offerbook.Wire.Flags;

/// <summary>The flags of one part of the cluster.</summary>
/// <param name="part">As the command line names it: <c>master</c>.</param>
public sealed class FlagSet<TOptions>(string part, IEnumerable<Flag<TOptions>> flags)
{
    /// <summary>What a value read from a file may hold: rate limits of 10,000 principals.</summary>
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<Flag<TOptions>> All { get; } = [.. flags.OrderBy(flag => flag.Name, StringComparer.Ordinal)];

    public string Part => part;

    /// <summary>Flags given in the environment have this before their name in capitals.</summary>
    public string VariablePrefix { get; } = $"OFFERBOOK_{part.ToUpperInvariant()}_";

    /// <summary>The options with the flag's effect.</summary>
    /// <param name="value">As it was given; <c>file:///…</c> stands for what the file holds.</param>
    /// <exception cref="FormatException">The value is not right, or the flag is not supported; the message names the flag.</exception>
    public TOptions Apply(Flag<TOptions> flag, string value, TOptions options)
    {
        try
        {
            return flag.Apply is null ? options : flag.Apply(flag.IsPath ? PathOf(value) : Content(value), options);
        }
        catch (FormatException fault)
        {
            throw new FormatException($"--{flag.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>The values in effect under their names, sorted; those that are not set are left out, as are secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Effective(TOptions options) =>
        [.. All.Select(flag => (flag.Name, Value: flag.Show?.Invoke(options))).Where(flag => flag.Value is not null).Select(flag =>
            KeyValuePair.Create(flag.Name, flag.Value!))];

    private static string PathOf(string value) => value.StartsWith("file://", StringComparison.Ordinal) ? value["file://".Length..] : value;

    private static string Content(string value)
    {
        // An absolute path stands for a file too, where the original takes it: no other value begins with a slash.
        if (!value.StartsWith("file://", StringComparison.Ordinal) && !value.StartsWith('/'))
        {
            return value;
        }
        var path = PathOf(value);
        try
        {
            return new FileInfo(path).Length <= MaxFileBytes
                ? File.ReadAllText(path).Trim()
                : throw new FormatException($"'{path}' is longer than {MaxFileBytes} bytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"cannot read '{path}': {fault.Message}", fault);
        }
    }
}
