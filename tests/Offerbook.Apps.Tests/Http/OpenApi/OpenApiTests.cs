using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http.OpenApi;

/// <summary>What is served, what is checked in and what the router knows are the same.</summary>
public sealed class OpenApiTests : ApiFixture
{
    /// <summary>Set to anything, it writes the checked-in document anew.</summary>
    private const string UpdateVariable = "OFFERBOOK_UPDATE_SPECS";

    [Test]
    public async Task Document_Served_IsTheOneCheckedIn()
    {
        var served = (await GetAsync("/openapi/v1.json")).Json.ToString(Formatting.Indented).ReplaceLineEndings("\n") + "\n";
        var path = SpecPath();
        if (Environment.GetEnvironmentVariable(UpdateVariable) is { Length: > 0 })
        {
            await File.WriteAllTextAsync(path, served);
        }
        Assert.That(served == await File.ReadAllTextAsync(path), Is.True,
            $"{Path.GetFileName(path)} is not what is served: set {UpdateVariable}=1, run this test, and look at the difference.");
    }

    [Test]
    public void Routes_All_SayWhatTheyDoAndAnswer()
    {
        var vague = Host.Routes.Where(route => route.Summary.Length < 5 || route.Answers.Count == 0
            || route.Answers.Any(answer => answer.Meaning.Length == 0) || route.Query.Any(parameter => parameter.Meaning.Length == 0));
        Assert.That(vague.Select(route => route.Method + " " + route.Template.Text), Is.Empty);
        var twice = Host.Routes.GroupBy(route => route.Method + " " + route.Template.Text).Where(same => same.Count() > 1);
        Assert.That(twice.Select(same => same.Key), Is.Empty);
        var parameters = Host.Routes.Where(route => route.Query.DistinctBy(parameter => parameter.Name).Count() != route.Query.Count);
        Assert.That(parameters.Select(route => route.Method + " " + route.Template.Text), Is.Empty);
    }

    [Test]
    public async Task Document_Throughout_RefersOnlyToWhatItHas()
    {
        var document = (JObject)(await GetAsync("/openapi/v1.json")).Json;
        var schemas = ((JObject)document["components"]!["schemas"]!).Properties().Select(type => type.Name).ToHashSet();
        var named = document.Descendants().OfType<JProperty>().Where(member => member.Name == "$ref")
            .Select(member => ((string)member.Value!).Split('/')[^1]);
        Assert.That(named.Where(name => !schemas.Contains(name)).Distinct(), Is.Empty);
        foreach (var (path, operations) in (JObject)document["paths"]!)
        {
            var names = Regex.Matches(path, @"\{(\w+)\}").Select(match => match.Groups[1].Value).ToList();
            foreach (var operation in ((JObject)operations!).PropertyValues())
            {
                var described = operation["parameters"]?.Where(parameter => (string)parameter["in"]! == "path")
                    .Select(parameter => (string)parameter["name"]!) ?? [];
                Assert.That(described, Is.EqualTo(names), path);
            }
        }
        var ids = document["paths"]!.Values().SelectMany(path => path.Values()).Select(operation => (string)operation["operationId"]!)
            .ToList();
        Assert.That(ids, Is.Unique);
    }

    private static string SpecPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../../api-specs/offerbook/apps/apps.openapi.json");
}
