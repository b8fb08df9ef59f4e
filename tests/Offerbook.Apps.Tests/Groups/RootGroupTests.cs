using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

public sealed class RootGroupTests
{
    [Test]
    public void WithApp_InOneGroup_SharesTheOthers()
    {
        var root = Given.Tree(Given.App("/a/x"), Given.App("/b/y"));
        var after = root.WithApp(Given.App("/a/z"));
        Assert.That(after.FindGroup(PathId.Parse("/b")), Is.SameAs(root.FindGroup(PathId.Parse("/b"))));
        Assert.That(root.FindApp(PathId.Parse("/a/z")), Is.Null);
        Assert.That(TreeDifference.Apps(root, after).Select(difference => difference.Id.ToString()), Is.EqualTo(new[] { "/a/z" }));
    }

    [Test]
    public void MapApps_NothingChanged_IsTheSameTree()
    {
        var root = Given.Tree(Given.App("/a/x"), Given.App("/b/y"));
        Assert.That(root.MapApps(app => app).Tree, Is.SameAs(root.Tree));
    }

    [Test]
    public void Apps_OfTheTree_ComeInAFixedOrder()
    {
        string[] ids = ["/z", "/a/b/c", "/a/b", "/y/x"];
        var apps = ids.Select(id => Given.App(id)).ToArray();
        Assert.That(Given.Tree(apps).Apps.Select(app => app.Id.ToString()),
            Is.EqualTo(Given.Tree(apps.Reverse().ToArray()).Apps.Select(app => app.Id.ToString())));
    }

    [Test]
    public void FindGroup_Unknown_IsNull()
    {
        var root = Given.Tree(Given.App("/a/x"));
        Assert.That(root.FindGroup(PathId.Parse("/a/x")), Is.Null);
        Assert.That(root.FindGroup(PathId.Root), Is.SameAs(root.Tree));
    }
}
