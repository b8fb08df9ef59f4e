using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Offerbook.Apps.Tests;

/// <summary>docs/operating/marathon-conformance.md names only tests that there are.</summary>
public sealed partial class ConformanceDocTests
{
    [Test]
    public void Document_NamesTests_ThatExist()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));
        var sources = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal);
        var named = NamedTest.Matches(File.ReadAllText(Path.Combine(root, "docs/operating/marathon-conformance.md"))).ToList();
        Assert.That(named, Has.Count.GreaterThan(50));
        var missing = named.Where(test =>
            !sources[test.Groups[1].Value].Any(path =>
                File.ReadAllText(path).Contains($" {test.Groups[2].Value}(", StringComparison.Ordinal)));
        Assert.That(missing.Select(test => test.Value), Is.Empty);
    }

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest { get; }
}
