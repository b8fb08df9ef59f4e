using Offerbook.Actors;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Instances;

public sealed class InstanceIdTests
{
    private static readonly Now Now = new(TimeSpan.Zero, new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Test]
    public void New_OfAnApp_SpellsTheAppAndATimeUuid()
    {
        var id = InstanceId.New(PathId.Parse("/shop/web.v1"), Now, new SeededRandom(7));
        Assert.That(id.Value, Does.Match(@"^shop_web\.v1\.instance-[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
        Assert.That(id.App, Is.EqualTo(PathId.Parse("/shop/web.v1")));
        Assert.That(InstanceId.TryParse(id.Value, out _), Is.True);
    }

    [Test]
    public void TryParseTask_OfATask_GivesInstanceAndNumber()
    {
        var id = InstanceId.New(PathId.Parse("/shop/web"), Now, new SeededRandom(7));
        Assert.That(InstanceId.TryParseTask(id.Task(12).Value, out var parsed, out var incarnation), Is.True);
        Assert.That((parsed, incarnation), Is.EqualTo((id, 12)));
    }

    [TestCase("")]
    [TestCase("web")]
    [TestCase("web.instance-1")]
    [TestCase("web.instance-1._app")]
    [TestCase("web.instance-1._app.x")]
    [TestCase("web.instance-1..1")]
    [TestCase("/web.instance-1._app.1")]
    [TestCase("job-17")]
    public void TryParseTask_OfAnythingElse_SaysNo(string text) => Assert.That(InstanceId.TryParseTask(text, out _, out _), Is.False);
}
