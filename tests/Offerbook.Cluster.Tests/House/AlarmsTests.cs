using System.Text.RegularExpressions;

namespace Offerbook.Cluster.Tests.House;

/// <summary>Whatever a part says to its operator as a warning stands in docs/operating, with what to do.</summary>
[TestFixture]
internal sealed partial class AlarmsTests
{
    private static readonly string Root = Harness.Cluster.RepositoryRoot;

    /// <summary>Shorter pieces, between two values, say nothing by themselves.</summary>
    private const int LeastPiece = 8;

    [Test]
    public void Warning_OfAnyPart_IsInTheGuidesForOperators()
    {
        var guides =
            Plain(string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "docs/operating"), "*.md").Select(File.ReadAllText)));
        var warnings = Warnings().ToList();

        Assert.That(warnings, Has.Count.GreaterThan(50), "they are found");
        Assert.That(
            warnings.Where(warning => Pieces(warning.Text).Any(piece => !guides.Contains(piece, StringComparison.Ordinal)))
                .Select(warning => $"{warning.File}: {warning.Text}"), Is.Empty);
    }

    private static IEnumerable<(string File, string Text)> Warnings()
    {
        foreach (var file in new[] { "src", "frameworks" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)))
        {
            var source = string.Join('\n',
                File.ReadLines(file).Where(static line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            // What the election says is put into words in one place, and what happens to terms in another.
            var sayings = Path.GetFileName(file) switch
            {
                "Texts.cs" => Saying.Matches(source),
                "TermNews.cs" => Saying.Matches(source),
                _ => Call.Matches(source),
            };
            foreach (var text in sayings
                .Select(match => string.Concat(Literal.Matches(match.Value).Select(literal => literal.Groups[1].Value)))
                .Where(text => Pieces(text).Any()))
            {
                yield return (Path.GetFileName(file), text);
            }
        }
    }

    /// <summary>What stays of a text whatever its values are.</summary>
    private static IEnumerable<string> Pieces(string text) =>
        Value.Split(Plain(text)).Select(piece => piece.Trim(' ', '\'', '(', ')', ';', ':', '.', ','))
            .Where(piece => piece.Length >= LeastPiece);

    private static string Plain(string text) => Space.Replace(text.Replace("`", "", StringComparison.Ordinal), " ");

    [GeneratedRegex(@"(?:Log(?:Warning|Error|Critical)|\b_?warn)\(\s*(?:\w+,\s*)?\$?""(?:[^""\\]|\\.)*""(?:\s*\+\s*\$?""(?:[^""\\]|\\.)*"")*")]
    private static partial Regex Call { get; }

    [GeneratedRegex(@"\$?""(?:[^""\\]|\\.)*""(?:\s*\+\s*\$?""(?:[^""\\]|\\.)*"")*")]
    private static partial Regex Saying { get; }

    [GeneratedRegex(@"""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Literal { get; }

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Value { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space { get; }
}
