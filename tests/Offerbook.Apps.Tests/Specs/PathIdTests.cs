using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Specs;

public sealed class PathIdTests
{
    [TestCase("a/b", "/a/b")]
    [TestCase("/a//b/", "/a/b")]
    [TestCase("/", "/")]
    [TestCase("", "/")]
    [TestCase("/a/../b/./c", "/b/c")]
    [TestCase("../..", "/")]
    public void Parse_AnyText_GivesAbsolutePath(string text, string path) => Assert.That(PathId.Parse(text).ToString(), Is.EqualTo(path));

    [TestCase("c", "/a/b/c")]
    [TestCase("../c", "/a/c")]
    [TestCase("./c", "/a/b/c")]
    [TestCase("/c", "/c")]
    [TestCase("../../../c", "/c")]
    public void Resolve_InsideGroup_FollowsDots(string text, string path) =>
        Assert.That(PathId.Parse("/a/b").Resolve(text).ToString(), Is.EqualTo(path));

    [Test]
    public void SafeId_OfPath_JoinsSegments() => Assert.That(PathId.Parse("/prod/web-1/x.y").SafeId, Is.EqualTo("prod_web-1_x.y"));

    [Test]
    public void Parent_OfRootAndChildren_IsOneUp()
    {
        Assert.That(PathId.Root.Parent, Is.EqualTo(PathId.Root));
        Assert.That(PathId.Parse("/a").Parent, Is.EqualTo(PathId.Root));
        Assert.That(PathId.Parse("/a/b").Parent, Is.EqualTo(PathId.Parse("/a")));
    }

    [Test]
    public void Order_OfPaths_GoesSegmentBySegment()
    {
        string[] sorted = ["/", "/a", "/a/b", "/a/b/c", "/a/c", "/a-b", "/b"];
        Assert.That(sorted.Reverse().Select(PathId.Parse).Order().Select(id => id.ToString()), Is.EqualTo(sorted));
    }

    [Test]
    public void IsWithin_Group_TakesWholeSegments()
    {
        Assert.That(PathId.Parse("/a/b").IsWithin(PathId.Parse("/a")), Is.True);
        Assert.That(PathId.Parse("/a").IsWithin(PathId.Parse("/a")), Is.True);
        Assert.That(PathId.Parse("/ab").IsWithin(PathId.Parse("/a")), Is.False);
        Assert.That(PathId.Parse("/a/b/c").IsChildOf(PathId.Parse("/a")), Is.False);
    }
}
