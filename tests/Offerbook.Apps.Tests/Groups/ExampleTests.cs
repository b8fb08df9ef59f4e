using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Deployments;

namespace Offerbook.Apps.Tests.Groups;

public sealed class ExampleTests
{
    [Test]
    public void Storefront_Posted_StartsTierByTierWithPortsOfItsOwn()
    {
        var draft = Documents.ReadGroup(File.ReadAllBytes(Example("storefront.json"))).Value!;
        var root = Given.Completed(RootGroup.Empty, GroupEdits.Create(RootGroup.Empty, PathId.Root, draft, Given.Settings, _ => null),
            Given.At(2));
        Assert.That(DeploymentPlannerTests.Text(DeploymentPlanner.Plan("d", RootGroup.Empty, root, Given.At(2))), Is.EqualTo(
            "[Start /storefront/api, Start /storefront/db, Start /storefront/web][Scale /storefront/db][Scale /storefront/api][Scale /storefront/web]"));
        Assert.That(root.Apps.SelectMany(app => app.ServicePorts), Is.EqualTo(new[] { 10_000, 10_001, 10_002 }));
    }

    private static string Example(string name)
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Offerbook.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run below the repository.");
        }
        return Path.Combine(folder.FullName, "docs", "examples", name);
    }
}
