using System.Reflection;
using System.Xml.Linq;

namespace Offerbook.Cluster.Tests.House;

/// <summary>Arrows between projects point down only; our own frameworks have no back door into the cluster.</summary>
[TestFixture]
internal sealed class HouseTests
{
    private static readonly string Root = Harness.Cluster.RepositoryRoot;

    /// <summary>Project → the projects that it may refer to, directly or not.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Offerbook.Wire"] = [],
        ["Offerbook.Storage"] = [],
        ["Offerbook.Resources"] = ["Offerbook.Wire"],
        ["Offerbook.Actors"] = ["Offerbook.Storage"],
        ["Offerbook.Coordination"] = ["Offerbook.Actors", "Offerbook.Storage"],
        ["Offerbook.Client"] = ["Offerbook.Coordination", "Offerbook.Actors", "Offerbook.Storage", "Offerbook.Wire", "Offerbook.Resources"],
        ["Offerbook.Master"] = ["Offerbook.Coordination", "Offerbook.Actors", "Offerbook.Storage", "Offerbook.Wire", "Offerbook.Resources"],
        ["Offerbook.Agent"] = ["Offerbook.Coordination", "Offerbook.Actors", "Offerbook.Storage", "Offerbook.Wire", "Offerbook.Resources"],
        ["Offerbook.Apps"] = ["Offerbook.Client", "Offerbook.Coordination", "Offerbook.Actors", "Offerbook.Storage", "Offerbook.Wire",
            "Offerbook.Resources"],
        ["Offerbook.Batch"] = ["Offerbook.Client", "Offerbook.Coordination", "Offerbook.Actors", "Offerbook.Storage", "Offerbook.Wire",
            "Offerbook.Resources"],
    };

    [TestCaseSource(nameof(Projects))]
    public void Project_References_OnlyWhatLiesBelowIt(string project)
    {
        var references = Assembly.Load(project).GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Offerbook.", StringComparison.Ordinal));
        Assert.That(references, Is.SubsetOf(Allowed[project]));
    }

    [Test]
    public void EveryProject_InTheHouse_IsInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Offerbook.sln"));
        var files = new[] { "src", "frameworks", "tools", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories));
        Assert.That(files.Select(Path.GetFileName), Has.All.Matches<string?>(file => solution.Contains(file!, StringComparison.Ordinal)));
    }

    [Test]
    public void NoProject_NamesAPackageVersionItself()
    {
        var versions = Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file =>
                XDocument.Load(file).Descendants("PackageReference").Attributes("Version").Select(version => $"{file}: {version}"));
        Assert.That(versions, Is.Empty);
    }

    private static IEnumerable<string> Projects() => Allowed.Keys;
}
