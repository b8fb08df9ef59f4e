using Offerbook.Master.Frameworks.Constraints;

namespace Offerbook.Master.Tests.Frameworks;

/// <summary>Patterns in RE2's language, which match whole texts.</summary>
internal sealed class TextPatternTests
{
    [TestCase("a", "a", true)]
    [TestCase("a", "ab", false)]
    [TestCase("a|ab", "ab", true)]
    [TestCase("", "", true)]
    [TestCase("", "a", false)]
    [TestCase("foo.*", "foobar", true)]
    [TestCase(".", "\n", false)]
    [TestCase("a$", "a", true)]
    [TestCase("a$", "a\n", false)]
    [TestCase(@"\d+", "123", true)]
    [TestCase(@"\d", "٣", false, Description = "digits are ASCII")]
    [TestCase(@"[\d-]+", "1-2", true)]
    [TestCase(@"\w+", "ä", false)]
    [TestCase(@"\W", "ä", true)]
    [TestCase("[[:alpha:]]+", "abC", true)]
    [TestCase("[[:alpha:]]+", ":", false)]
    [TestCase("[a-z-[aeiou]]", "b]", true, Description = "no subtraction of classes")]
    [TestCase("[a-z-[aeiou]]", "b", false)]
    [TestCase("[]a]+", "]a", true)]
    [TestCase("(?P<host>h[0-9]{1,3})", "h12", true)]
    [TestCase("(?i)RACK", "rack", true)]
    [TestCase("(?i:RACK)-a", "rack-a", true)]
    [TestCase("(?:ab){2}", "abab", true)]
    [TestCase(@"\Qa.b\E+", "a.bb", true)]
    [TestCase("a b#c", "a b#c", true)]
    [TestCase("x{,2}", "x{,2}", true, Description = "a brace that counts nothing is a brace")]
    [TestCase(@"node-\S+", "node-7", true)]
    public void Pattern_AgainstText_MatchesItWhole(string pattern, string text, bool matches)
    {
        var (read, problem) = TextPattern.Read(pattern, new PatternLimits());
        Assert.That(read?.Matches(text) ?? false, Is.EqualTo(matches), problem);
    }

    [TestCase("(", "Failed to construct regex from pattern '(': missing ): (")]
    [TestCase("a)", "Failed to construct regex from pattern 'a)': unexpected ): a)")]
    [TestCase("[a", "Failed to construct regex from pattern '[a': missing ]: [a")]
    [TestCase("*", "Failed to construct regex from pattern '*': no argument for repetition operator: *")]
    [TestCase("a**", "Failed to construct regex from pattern 'a**': bad repetition operator: **")]
    [TestCase(@"(a)\1", @"Failed to construct regex from pattern '(a)\1': invalid escape sequence: \1")]
    [TestCase("(?=a)", "Failed to construct regex from pattern '(?=a)': invalid perl operator: (?=")]
    [TestCase(@"a\", @"Failed to construct regex from pattern 'a\': trailing \ at end of regexp")]
    [TestCase("[z-a]", "Failed to construct regex from pattern '[z-a]': ")]
    [TestCase("a{1001}", "Failed to construct regex from pattern 'a{1001}': bad repetition operator: {1001}")]
    [TestCase("(a{50}){50}", "Regex '(a{50}){50}' is too complex: program size of ")]
    public void Pattern_ThatCannotBe_IsRefused(string pattern, string problem) =>
        Assert.That(TextPattern.Read(pattern, new PatternLimits()).Problem, Does.StartWith(problem));

    [Test]
    public void Pattern_LongerThanItsBound_IsRefused() =>
        Assert.That(TextPattern.Read(new string('a', 5000), new PatternLimits()).Problem,
            Does.EndWith("pattern too large - compile failed"));

    [Test]
    public void Pattern_OfNestedRepetitions_TakesTimeLinearInTheText()
    {
        var (pattern, problem) = TextPattern.Read("((a*)*)*b", new PatternLimits());
        Assert.That(problem, Is.Null);
        // A backtracking engine would not come back.
        Assert.That(pattern!.Matches(new string('a', 20_000)), Is.False);
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Pattern_OfAnyText_IsReadOrRefused(string? text) =>
        TextPattern.Read(text ?? "", new PatternLimits()) is { Pattern: null } or { Problem: null };

    [Test]
    public void Pattern_OfAnyCharactersOfTheLanguage_IsReadOrRefused()
    {
        const string Alphabet = @"ab()[]{}*+?|\^$.,:<>P=!-0192QEdwSz";
        var random = new Actors.SeededRandom(7);
        for (var i = 0; i < 3_000; i++)
        {
            var text = new string(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]).ToArray());
            var (pattern, problem) = TextPattern.Read(text, new PatternLimits());
            Assert.That((pattern is null) == (problem is not null), Is.True, text);
            pattern?.Matches("abc");
        }
    }
}
