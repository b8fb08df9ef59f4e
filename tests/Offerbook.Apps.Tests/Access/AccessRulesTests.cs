using Offerbook.Apps.Access;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Access;

/// <summary>Rules as they are written, and what follows from them.</summary>
public sealed class AccessRulesTests
{
    [Test]
    public void Grants_OfAUser_AreThoseOfAllRulesThatNameIt()
    {
        var rules = AccessRules.Parse("""
            {"permissive": false,
             "view": [{"principals": {"type": "ANY"}, "paths": {"values": ["/public"]}}, {"principals": {"values": ["eve", "bob"]}, "paths": {"values": ["/shop"]}}],
             "update": [{"principals": {"values": ["bob"]}, "paths": {"type": "ANY"}}],
             "delete": [{"principals": {"type": "NONE"}, "paths": {"type": "ANY"}}],
             "view_system": [{"principals": {"values": ["bob"]}}]}
            """);
        var (eve, bob, other) = (rules.GrantsOf("eve"), rules.GrantsOf("bob"), rules.GrantsOf("mallory"));
        Assert.Multiple(() =>
        {
            Assert.That(eve.Views(PathId.Parse("/shop/web")) && eve.Views(PathId.Parse("/shop")) && eve.Views(PathId.Parse("/public/a")));
            Assert.That(eve.Views(PathId.Parse("/shopping")) || eve.Views(PathId.Root), Is.False);
            Assert.That(eve.ViewsPart(PathId.Root) && eve.ViewsPart(PathId.Parse("/shop/web/x")));
            Assert.That(eve.ViewsPart(PathId.Parse("/other")) || eve.AllowsSome(AccessAction.Update) || eve.ViewsSystem, Is.False);
            Assert.That(bob.Allows(AccessAction.Update, PathId.Parse("/anything")) && bob.ViewsSystem && !bob.ChangesSystem
                && !bob.AllowsSome(AccessAction.Delete));
            Assert.That(bob.OnlyReading().AllowsSome(AccessAction.Update), Is.False);
            Assert.That((other.ViewKey, other.Views(PathId.Parse("/shop"))), Is.EqualTo(("/public", false)));
            Assert.That((Grants.Everything.ViewKey, Grants.Everything.ViewsAll, Grants.Reading.ViewsAll), Is.EqualTo(("", true, true)));
        });
    }

    [TestCase("{", "not JSON")]
    [TestCase("""{"permissive": true}""", "'permissive' can only be false")]
    [TestCase("""{"see": []}""", "'see' is not an action; there are view, create, update, delete, run, view_system and change_system")]
    [TestCase("""{"view": {}}""", "'view' is not a list of rules")]
    [TestCase("""{"view": [1]}""", "view[0] is not a rule")]
    [TestCase("""{"view": [{"paths": {"type": "ANY"}}]}""", "view[0]: 'principals' is neither")]
    [TestCase("""{"view": [{"principals": {"type": "SOME"}, "paths": {"type": "ANY"}}]}""", "view[0]: 'principals' is neither")]
    [TestCase("""{"view": [{"principals": {"values": []}, "paths": {"type": "ANY"}}]}""", "view[0]: 'principals' is neither")]
    [TestCase("""{"run": [{"principals": {"type": "ANY"}, "paths": {"values": ["shop"]}}]}""", "run[0]: the path 'shop' does not begin with a slash")]
    [TestCase("""{"view_system": [{"principals": {"type": "ANY"}, "paths": {"type": "ANY"}}]}""", "view_system[0] has the unknown member 'paths'")]
    public void Rules_ThatCannotBeUnderstood_AreRefusedByTheirPlace(string text, string problem) =>
        Assert.That(() => AccessRules.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(problem));
}
