using System.Text.RegularExpressions;

namespace Offerbook.Apps.Json.Reading;

/// <summary>The patterns that the schema demands. Matched without backtracking, so that no submitted text can make matching slow.</summary>
public static class Patterns
{
    public static readonly Regex PathId =
        Of(@"^(\/?((\.\.)|(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9]))?(\z|\/))+\z");

    public static readonly Regex Name = Of(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z");

    public static readonly Regex NetworkName = Of(@"^[a-z0-9]([-a-z0-9_]*[a-z0-9])?\z");

    public static readonly Regex Executor = Of(@"^((//cmd)|(/?[^/]+(/[^/]+)*))?\z");

    private static Regex Of(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
