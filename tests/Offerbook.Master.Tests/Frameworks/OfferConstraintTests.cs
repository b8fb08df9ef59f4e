using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks.Constraints;
using Groups = Mesos.V1.Scheduler.OfferConstraints.Types.RoleConstraints;
using Predicate = Mesos.V1.Scheduler.AttributeConstraint.Types.Predicate;
using Pseudoattribute = Mesos.V1.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType;
using Selector = Mesos.V1.Scheduler.AttributeConstraint.Types.Selector;

namespace Offerbook.Master.Tests.Frameworks;

internal sealed class OfferConstraintTests
{
    private static readonly AgentFacts Agent = new("h1.example", "north", "north-1",
    [
        Text("rack", "r1"), Text("rack", "r2"),
        new Mesos.V1.Attribute { Name = "slots", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 4 } },
    ]);

    private static IEnumerable<TestCaseData> Answers()
    {
        yield return Case("exists", Named("rack"), new Predicate { Exists = new() }, true);
        yield return Case("exists not", Named("gone"), new Predicate { Exists = new() }, false);
        yield return Case("absent", Named("gone"), new Predicate { NotExists = new() }, true);
        yield return Case("absent not", Named("slots"), new Predicate { NotExists = new() }, false);
        yield return Case("equals takes the first of a name", Named("rack"), new Predicate { TextEquals = new() { Value = "r1" } }, true);
        yield return Case("equals does not take the second", Named("rack"), new Predicate { TextEquals = new() { Value = "r2" } }, false);
        yield return Case("equals of what is absent", Named("gone"), new Predicate { TextEquals = new() { Value = "r1" } }, false);
        yield return Case("differs from what is absent", Named("gone"), new Predicate { TextNotEquals = new() { Value = "r1" } }, true);
        yield return Case("numbers pass as equal", Named("slots"), new Predicate { TextEquals = new() { Value = "x" } }, true);
        yield return Case("numbers pass as different", Named("slots"), new Predicate { TextNotMatches = new() { Regex = ".*" } }, true);
        yield return Case("matches whole", Named("rack"), new Predicate { TextMatches = new() { Regex = "r" } }, false);
        yield return Case("matches", Named("rack"), new Predicate { TextMatches = new() { Regex = "r[0-9]" } }, true);
        yield return Case("does not match", Named("rack"), new Predicate { TextNotMatches = new() { Regex = "r[0-9]" } }, false);
        yield return Case("hostname", Of(Pseudoattribute.Hostname), new Predicate { TextMatches = new() { Regex = @"h\d\.example" } },
            true);
        yield return Case("region", Of(Pseudoattribute.Region), new Predicate { TextEquals = new() { Value = "south" } }, false);
        yield return Case("zone", Of(Pseudoattribute.Zone), new Predicate { Exists = new() }, true);
    }

    [TestCaseSource(nameof(Answers))]
    public void Constraint_OfOneTest_Allows(Selector selector, Predicate predicate, bool allowed)
    {
        var message = Constraints(("web", [[(selector, predicate)]]));
        Assert.That(Read(message).Roles["web"].Allows(Agent), Is.EqualTo(allowed));
    }

    [Test]
    public void Constraint_OfGroups_NeedsOneGroupWhole()
    {
        var holds = (Named("rack"), new Predicate { Exists = new() });
        var fails = (Named("gone"), new Predicate { Exists = new() });
        Assert.That(Read(Constraints(("web", [[holds, fails]]))).Roles["web"].Allows(Agent), Is.False);
        Assert.That(Read(Constraints(("web", [[holds, fails], [holds]]))).Roles["web"].Allows(Agent), Is.True);
    }

    [Test]
    public void Constraints_OfEqualText_AreEqual()
    {
        var message = Constraints(("web", [[(Named("rack"), new Predicate { TextMatches = new() { Regex = "r.*" } })]]));
        Assert.That(Read(message).Roles["web"], Is.EqualTo(Read(message.Clone()).Roles["web"]));
    }

    [Test]
    public void Constraints_ThatSayNothing_AreRefused()
    {
        Assert.That(Problem(Constraints(("web", []))), Is.EqualTo(
            "Offer constraints are not valid: 'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role web"));
        Assert.That(Problem(Constraints(("web", [[]]))), Is.EqualTo(
            "Offer constraints are not valid: 'OfferConstraints::RoleConstraints::groups' for role webcontains an empty RoleConstraints::Group"));
        Assert.That(Problem(Constraints(("db", []))), Is.EqualTo(
            "Offer constraints specify `role_constraints` for a role 'db'not contained in the set of roles"));
        Assert.That(Problem(Constraints(("web", [[(new Selector(), new Predicate { Exists = new() })]]))), Is.EqualTo(
            "Offer constraints are not valid: A role web has an invalid 'AttributeConstraint': Exactly one of 'AttributeConstraint::Selector::name' or "
            + "'AttributeConstraint::Selector::pseudoattribute_type' must be set"));
        Assert.That(Problem(Constraints(("web", [[(Of(Pseudoattribute.Unknown), new Predicate { Exists = new() })]]))),
            Does.EndWith("Unknown pseudoattribute type"));
        Assert.That(Problem(Constraints(("web", [[(Named("a"), new Predicate())]]))),
            Does.EndWith("'AttributeConstraint': Unknown predicate type"));
        Assert.That(Problem(Constraints(("web", [[(Named("a"), new Predicate { TextMatches = new() { Regex = "(" } })]]))),
            Does.Contain("Failed to construct regex"));
    }

    private static ConstraintSet Read(OfferConstraints message)
    {
        var (constraints, problem) = ConstraintSet.Read(["web"], message, new PatternLimits());
        Assert.That(problem, Is.Null);
        return constraints!;
    }

    private static string? Problem(OfferConstraints message) => ConstraintSet.Read(["web"], message, new PatternLimits()).Problem;

    private static OfferConstraints Constraints(params (string Role, (Selector Selector, Predicate Predicate)[][] Groups)[] roles)
    {
        var message = new OfferConstraints();
        foreach (var (role, groups) in roles)
        {
            var constraints = new Groups();
            foreach (var tests in groups)
            {
                var group = new Groups.Types.Group();
                group.AttributeConstraints.Add(
                    tests.Select(test => new AttributeConstraint { Selector = test.Selector, Predicate = test.Predicate }));
                constraints.Groups.Add(group);
            }
            message.RoleConstraints.Add(role, constraints);
        }
        return message;
    }

    private static Selector Named(string attribute) => new() { AttributeName = attribute };

    private static Selector Of(Pseudoattribute type) => new() { PseudoattributeType = type };

    private static Mesos.V1.Attribute Text(string name, string value) =>
        new() { Name = name, Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = value } };

    private static TestCaseData Case(string name, Selector selector, Predicate predicate, bool allowed) =>
        new TestCaseData(selector, predicate, allowed).SetName("Constraint_" + name.Replace(' ', '_'));
}
