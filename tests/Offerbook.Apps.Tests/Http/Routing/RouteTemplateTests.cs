using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Tests.Http.Routing;

public sealed class RouteTemplateTests
{
    [TestCase("/v2/apps/{id}", "v2/apps/a", "/a")]
    [TestCase("/v2/apps/{id}", "v2/apps/a/b/c", "/a/b/c")]
    [TestCase("/v2/apps/{id}", "v2/apps", null)]
    [TestCase("/v2/apps/{id}/tasks", "v2/apps/a/b/tasks", "/a/b")]
    [TestCase("/v2/apps/{id}/tasks", "v2/apps/tasks", null)]
    [TestCase("/v2/apps/{id}/tasks", "v2/apps/a/b", null)]
    [TestCase("/v2/apps/{id}/tasks/{task}", "v2/apps/a/tasks/x.1", "/a")]
    [TestCase("/v2/pods/{id}::versions", "v2/pods/a/b::versions", "/a/b")]
    [TestCase("/v2/pods/{id}::versions", "v2/pods/a/b", null)]
    [TestCase("/v2/pods/{id}::versions", "v2/pods/::versions", null)]
    [TestCase("/v2/pods/{id}::versions/{version}", "v2/pods/a::versions/now", "/a")]
    [TestCase("/v2/apps/{id}/*", "v2/apps/a/*", "/a")]
    public void Template_ForAPath_TakesTheIdAsLongAsItFits(string template, string path, string? id)
    {
        var matched = new RouteTemplate(template).TryMatch(path.Split('/'), out var values);
        Assert.That(matched ? values!["id"] : null, Is.EqualTo(id));
    }

    [Test]
    public void Template_WithoutId_IsAsLongAsItsPath()
    {
        var template = new RouteTemplate("/v2/deployments/{deployment}");
        Assert.That(template.TryMatch(["v2", "deployments", "d"], out var values) ? values["deployment"] : null, Is.EqualTo("d"));
        Assert.That(template.TryMatch(["v2", "deployments"], out _), Is.False);
        Assert.That(template.TryMatch(["v2", "deployments", "d", "e"], out _), Is.False);
        Assert.That(new RouteTemplate("/").TryMatch([], out _), Is.True);
    }
}
