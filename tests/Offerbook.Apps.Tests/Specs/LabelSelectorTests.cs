using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Specs;

public sealed class LabelSelectorTests
{
    private static readonly ValueMap<string> Labels = ValueMap.Of(("env", "prod"), ("tier", "web"), ("a b", "c,d"));

    [TestCase("env", true)]
    [TestCase("nope", false)]
    [TestCase("env==prod", true)]
    [TestCase("env == test", false)]
    [TestCase("env!=test", true)]
    [TestCase("nope!=test", false)]
    [TestCase("env in (prod, test)", true)]
    [TestCase("env in (test)", false)]
    [TestCase("env notin (test,dev)", true)]
    [TestCase("env notin (prod)", false)]
    [TestCase("nope notin (prod)", false)]
    [TestCase("env==prod, tier==web", true)]
    [TestCase("env==prod,tier==db", false)]
    [TestCase(@"a\ b==c\,d", true)]
    public void Matches_Term_JudgesLabels(string text, bool matches)
    {
        Assert.That(LabelSelector.TryParse(text, out var selector), Is.True);
        Assert.That(selector!.Matches(Labels), Is.EqualTo(matches));
    }

    [TestCase("")]
    [TestCase("env=prod")]
    [TestCase("env==")]
    [TestCase("env in prod")]
    [TestCase("env in (prod")]
    [TestCase("env in ()")]
    [TestCase("env,,tier")]
    [TestCase("env tier")]
    public void TryParse_BrokenText_Fails(string text) => Assert.That(LabelSelector.TryParse(text, out _), Is.False);
}
