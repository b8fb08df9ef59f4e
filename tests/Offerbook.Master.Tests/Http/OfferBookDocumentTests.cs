using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Tests.Http;

/// <summary>The guide's examples work, and the contract names the parameters that the master takes.</summary>
internal sealed partial class OfferBookDocumentTests
{
    [Test]
    public async Task Examples_OfTheGuide_AreAnswered()
    {
        var examples = CurlLine().Matches(await ReadAsync("docs/using/offer-book.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.That(examples, Has.Count.EqualTo(3));
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master, "host-7");
        foreach (var path in examples)
        {
            using var answer = await OfferBookHttpTests.GetAsync(master, path);
            Assert.That(answer.RootElement.ValueKind, Is.EqualTo(JsonValueKind.Object), path);
        }
    }

    [Test]
    public async Task Contract_NamesTheRoutesAndTheirParameters()
    {
        var contract = await ReadAsync("api-specs/offerbook/v1/offer-book.yaml");
        var paths = contract.Split("\n  /offerbook").Skip(1).Select(part => "/offerbook" + part).ToList();
        Assert.That(paths, Has.Count.EqualTo(3));
        await using var master = await MasterFixture.StartAsync();
        foreach (var path in paths)
        {
            var route = path[..path.IndexOf(':', StringComparison.Ordinal)];
            var named = ParameterLine().Matches(path).Select(match => match.Groups[1].Value);
            using var answer = await master.Client.GetAsync(route + "?surely_not=1", master.Timeout);
            Assert.That(await answer.Content.ReadAsStringAsync(),
                Is.EqualTo($"There is no parameter 'surely_not'; there are: {string.Join(", ", named)}"), route);
        }
    }

    [Test]
    public async Task Contract_AndGuide_KnowEveryReason()
    {
        var contract = await ReadAsync("api-specs/offerbook/v1/offer-book.yaml");
        var guide = await ReadAsync("docs/using/offer-book.md");
        var listed = Regex.Match(contract, @"enum: \[(not_subscribed[^\]]*)\]").Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
        Assert.That(listed, Has.Length.EqualTo(typeof(Obstacle).GetNestedTypes().Length), "one for each kind of obstacle");
        Assert.That(listed.Where(reason => !guide.Contains($"`{reason}`", StringComparison.Ordinal)), Is.Empty);
    }

    private static Task<string> ReadAsync(string path, [CallerFilePath] string here = "") =>
        File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "../../..", path));

    [GeneratedRegex(@"^curl 'http://127\.0\.0\.1:5050([^']*)'$", RegexOptions.Multiline)]
    private static partial Regex CurlLine();

    [GeneratedRegex(@"- \{name: (\w+),")]
    private static partial Regex ParameterLine();
}
