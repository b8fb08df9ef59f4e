using System.CommandLine;
using Offerbook.Storage;

namespace Offerbook.Cli.Parts;

/// <summary><c>--store</c>: where a part keeps its journal, when that is not its data directory.</summary>
internal static class StoreOption
{
    public static Option<string?> For(string part) => new("--store")
    {
        Description = $"Where the part keeps its journal, as sqlite:PATH or postgres://user@host/db (else {Variable(part)}, "
            + "else a file in --data-dir)",
        HelpName = "address",
    };

    /// <summary>Null: the data directory's own file.</summary>
    public static StoreAddress? Resolve(this Option<string?> option, ParseResult parsed, string part) =>
        (parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(Variable(part))) is { Length: > 0 } text ? Parse(text) : null;

    public static StoreAddress Parse(string text)
    {
        try
        {
            return StoreAddress.Parse(text);
        }
        catch (FormatException problem)
        {
            throw new CliException(ExitCode.BadInput, problem.Message, "docs/operating/store.md tells of stores and their addresses");
        }
    }

    private static string Variable(string part) => $"OFFERBOOK_{part.ToUpperInvariant()}_STORE";
}
