namespace Offerbook.Resources.Tests;

public sealed class RoleNameTests
{
    [TestCase("*")]
    [TestCase("web")]
    [TestCase("eng/web-1/x.y")]
    [TestCase("*a")]
    public void Problem_OfAGoodName_IsNone(string role) => Assert.That(RoleName.Problem(role), Is.Null);

    [TestCase("")]
    [TestCase("-a")]
    [TestCase("/a")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase("a/./b")]
    [TestCase("..")]
    [TestCase("a/*")]
    [TestCase("a/-b")]
    [TestCase("a b")]
    [TestCase("a\u0008")]
    public void Problem_OfABadName_IsToldInWords(string role) => Assert.That(RoleName.Problem(role), Is.Not.Null.And.Not.Empty);

    [Test]
    public void IsStrictAncestor_OfSimilarNames_GoesByPath()
    {
        Assert.That(RoleName.IsStrictAncestor("a", "a/b"), Is.True);
        Assert.That(RoleName.IsStrictAncestor("a", "ab"), Is.False);
        Assert.That(RoleName.IsStrictAncestor("a", "a"), Is.False);
        Assert.That(RoleName.IsSameOrAncestor("a", "a"), Is.True);
    }
}
