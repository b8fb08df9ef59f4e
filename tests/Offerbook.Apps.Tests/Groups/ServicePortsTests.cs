using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

public sealed class ServicePortsTests
{
    private static readonly SpecSettings Small = new() { LocalPortMin = 10, LocalPortMax = 13 };

    [Test]
    public void Assign_Zeros_TakesTheLowestFree()
    {
        var root = Given.Tree(App("/a", 10), App("/b", 12));
        Assert.That(PortsOf(root, root.WithApp(App("/c", 0, 0)), "/c"), Is.EqualTo(new[] { 11, 13 }));
    }

    [Test]
    public void Assign_Update_ReusesTheAppsOwnPortsInOrder()
    {
        var root = Given.Tree(App("/a", 13, 11));
        Assert.That(PortsOf(root, root.WithApp(App("/a", 0, 0, 0)), "/a"), Is.EqualTo(new[] { 13, 11, 10 }));
    }

    [Test]
    public void Assign_Update_DoesNotReuseWhatIsGivenByHand()
    {
        var root = Given.Tree(App("/a", 13, 11));
        Assert.That(PortsOf(root, root.WithApp(App("/a", 13, 0)), "/a"), Is.EqualTo(new[] { 13, 11 }));
    }

    [Test]
    public void Assign_PortOfARemovedApp_IsNotGivenInTheSameUpdate()
    {
        var root = Given.Tree(App("/a", 10));
        Assert.That(PortsOf(root, root.WithoutApp(PathId.Parse("/a")).WithApp(App("/b", 0)), "/b"), Is.EqualTo(new[] { 11 }));
    }

    [Test]
    public void Assign_Exhausted_IsRefused()
    {
        var error = ServicePorts.Assign(RootGroup.Empty, Given.Tree(App("/a", 0, 0, 0, 0, 0)), Small, new PortsInUse()).Error!;
        Assert.That((error.Status, error.Message), Is.EqualTo((500, "All ports in the range [10-13) are already in use")));
    }

    [Test]
    public void Assign_PortMappings_FillsTheirServicePorts()
    {
        var app = Given.Posted(
            "{'id': 'a', 'cmd': 'xx', 'networks': [{'name': 'n'}], 'container': {'type': 'MESOS', 'portMappings': [{'containerPort': 1}, {'containerPort': 2, 'servicePort': 99}]}}");
        Assert.That(PortsOf(RootGroup.Empty, Given.Tree(app), "/a"), Is.EqualTo(new[] { 10, 99 }));
    }

    /// <summary>What is kept from change to change must say what counting anew says.</summary>
    [Test]
    public void Assign_PortsKeptFromChangeToChange_GivesWhatCountingAnewGives()
    {
        var (kept, tree, random) = (new PortsInUse(), RootGroup.Empty, new Random(7));
        var settings = Small with { LocalPortMax = 1_000 };
        for (var i = 0; i < 500; i++)
        {
            var id = "/a" + random.Next(60);
            var edited = random.Next(3) == 0
                ? tree.WithoutApp(PathId.Parse(id))
                : tree.WithApp(
                    App(id, [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(3) == 0 ? random.Next(10, 60) : 0)]));
            var (next, anew) = (ServicePorts.Assign(tree, edited, settings, kept).Value!,
                ServicePorts.Assign(tree, edited, settings, new PortsInUse()).Value!);
            Assert.That(next.Apps.SelectMany(app => app.ServicePorts), Is.EqualTo(anew.Apps.SelectMany(app => app.ServicePorts)));
            tree = next;
        }
    }

    private static AppDefinition App(string id, params int[] ports) =>
        Given.App(id) with { PortDefinitions = ports.Select(port =>
            PortDefinition.Default with { Port = port, Name = null }).ToValueList() };

    private static IEnumerable<int> PortsOf(RootGroup original, RootGroup edited, string app) =>
        ServicePorts.Assign(original, edited, Small, new PortsInUse()).Value!.FindApp(PathId.Parse(app))!.ServicePorts;
}
