using Offerbook.Master.Authorization;

namespace Offerbook.Master.Tests.Authorization;

internal sealed class AuthorizerTests
{
    [Test]
    public void Rules_TheFirstThatSpeaksOfBothSides_Decides()
    {
        var acls = AclsText.Parse("""
            {"update_weights": [
                {"principals": {"values": ["ops"]}, "roles": {"values": ["web"]}},
                {"principals": {"values": ["ops"]}, "roles": {"type": "NONE"}},
                {"principals": {"type": "NONE"}, "roles": {"values": ["web"]}}]}
            """);

        Assert.That(acls.Allows(AclAction.UpdateWeight, "ops", "web"), Is.True);
        Assert.That(acls.Allows(AclAction.UpdateWeight, "ops", "db"), Is.False, "ops may nothing but web");
        Assert.That(acls.Allows(AclAction.UpdateWeight, "eve", "web"), Is.False, "nobody else may web");
        Assert.That(acls.Allows(AclAction.UpdateWeight, "eve", "db"), Is.True, "no rule speaks of it");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Permissive_DecidesWhatNoRuleSpeaksOf(bool permissive)
    {
        var text = """{"permissive": @, "run_tasks": [{"principals": {"values": ["apps"]}, "users": {"values": ["nobody"]}}]}""";
        var acls = AclsText.Parse(text.Replace("@", permissive ? "true" : "false"));

        Assert.That(acls.Allows(AclAction.RunTask, "apps", "nobody"), Is.True);
        Assert.That(acls.Allows(AclAction.RunTask, "apps", "root"), Is.EqualTo(permissive));
        Assert.That(acls.Allows(AclAction.RunTask, "eve", "nobody"), Is.EqualTo(permissive));
        Assert.That(acls.Allows(AclAction.UpdateQuota, "apps", "web"), Is.EqualTo(permissive));
    }

    [Test]
    public void WhoHasNoName_IsSpokenOfByRulesAboutAll()
    {
        var acls = AclsText.Parse("""
            {"permissive": false,
             "view_tasks": [{"principals": {"values": ["ops"]}, "users": {"type": "ANY"}}],
             "view_frameworks": [{"principals": {"type": "ANY"}, "users": {"values": ["nobody"]}}],
             "view_executors": [{"principals": {"type": "ANY"}, "users": {"type": "ANY"}}]}
            """);

        Assert.That(acls.Allows(AclAction.ViewTask, null, "nobody"), Is.False);
        Assert.That(acls.Allows(AclAction.ViewFramework, null, "nobody"), Is.True);
        Assert.That(acls.Allows(AclAction.ViewFramework, null), Is.False, "of everything nobody spoke");
        Assert.That(acls.Allows(AclAction.ViewExecutor, null), Is.True);
    }

    [TestCase("eng", false)]
    [TestCase("eng/web", true)]
    [TestCase("eng/web/a", true)]
    [TestCase("engine/web", false)]
    [TestCase("ops/eng/web", false)]
    public void RoleWithPercent_NamesAllRolesBelow(string role, bool allowed)
    {
        var acls = AclsText.Parse(
            """{"permissive": false, "register_frameworks": [{"principals": {"type": "ANY"}, "roles": {"values": ["eng/%"]}}]}""");

        Assert.That(acls.Allows(AclAction.RegisterFramework, "apps", role), Is.EqualTo(allowed));
    }

    [Test]
    public void Percent_MeansNothingWhereThereAreNoRoles()
    {
        var acls = AclsText.Parse(
            """{"permissive": false, "run_tasks": [{"principals": {"type": "ANY"}, "users": {"values": ["eng/%"]}}]}""");

        Assert.That(acls.Allows(AclAction.RunTask, "apps", "eng/web"), Is.False);
    }

    [TestCase("{}", true, false)]
    [TestCase("""{"permissive": true}""", true, false)]
    [TestCase("""{"permissive": false}""", false, true)]
    [TestCase("""{"update_weights": []}""", false, false)]
    [TestCase("""{"view_tasks": [{"principals": {"type": "ANY"}, "users": {"type": "ANY"}}]}""", false, true)]
    public void Acls_SayWhetherReadersMaySeeDifferentThings(string text, bool isUnrestricted, bool hidesReads)
    {
        var acls = AclsText.Parse(text);

        Assert.That((acls.IsUnrestricted, acls.HidesReads), Is.EqualTo((isUnrestricted, hidesReads)));
    }

    [TestCase("[]", "not JSON")]
    [TestCase("{", "not JSON")]
    [TestCase("""{"permissive": "yes"}""", "'permissive' must be true or false")]
    [TestCase("""{"run_task": []}""", "there are no ACLs 'run_task'")]
    [TestCase("""{"run_tasks": {}}""", "'run_tasks' must be a list")]
    [TestCase("""{"run_tasks": [], "run_tasks": []}""", "not JSON")]
    [TestCase("""{"run_tasks": ["x"]}""", "run_tasks[0] must be an object with 'principals' and 'users'")]
    [TestCase("""{"run_tasks": [{"principals": {"type": "ANY"}}]}""", "run_tasks[0].users must be there")]
    [TestCase("""{"run_tasks": [{"principals": {"type": "ANY"}, "roles": {"type": "ANY"}}]}""", "run_tasks[0] has a member 'roles'")]
    [TestCase("""{"run_tasks": [{"principals": {"type": "any"}, "users": {"type": "ANY"}}]}""", "run_tasks[0].principals.type must be SOME, ANY or NONE")]
    [TestCase("""{"run_tasks": [{"principals": {"values": "ops"}, "users": {"type": "ANY"}}]}""", "run_tasks[0].principals.values must be a list of texts")]
    [TestCase("""{"run_tasks": [{"principals": {"type": "NONE", "values": ["ops"]}, "users": {"type": "ANY"}}]}""", "run_tasks[0].principals has values")]
    public void Text_ThatIsWrong_SaysWhere(string text, string problem)
    {
        Assert.That(() => AclsText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(problem));
    }

    [Test]
    public void Text_WithRulesForAgents_IsTaken() =>
        Assert.That(AclsText.Parse("""{"access_sandboxes": [{"anything": 1}]}""").Allows(AclAction.RunTask, null, "root"), Is.True);
}
