using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>What a person sees who asks where the offers went.</summary>
[TestFixture]
internal sealed class OfferBookVerbTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    private Harness.Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartTheStorefront()
    {
        _cluster = await Harness.Cluster.StartAsync("--stop-tasks", "--group", Harness.Cluster.Storefront);
        await _cluster.Program.WaitForLineAsync(line => line.Contains("/storefront is healthy", StringComparison.Ordinal), Soon);
    }

    [OneTimeTearDown]
    public ValueTask StopIt() => _cluster.DisposeAsync();

    [Test]
    public async Task Offers_ShowWhoGotThemAndWhatBecameOfThem()
    {
        JToken[] accepted = [];
        await Eventually.HoldsAsync(async () =>
        {
            accepted = [.. JObject.Parse(
                await SucceedAsync("offers", "--framework", "marathon", "--outcome", "accepted", "--json"))["offers"]!];
            return accepted.Sum(offer => (int)offer["operations"]![0]!["tasks"]!) == 7;
        }, "the offers for the seven tasks are written down", Soon, _cluster.DescribeAsync);
        Assert.That(accepted.Select(offer => ((string?)offer["role"], (string?)offer["hostname"])), Is.All.EqualTo(("*", "127.0.0.1")));

        var lines = (await SucceedAsync("offers", "--outcome", "accepted")).Split('\n');
        Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(new[] { "MADE", "HELD", "HOST", "FRAMEWORK", "ROLE", "RESOURCES", "OUTCOME" }));
        Assert.That(lines[1],
            Does.Match(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [\d.]+m?s +127\.0\.0\.1 marathon +\* +cpus .*, disk .*, mem .* accepted: LAUNCH of \d, used cpus 0\.\d, mem \d+$"));
    }

    [Test]
    public async Task Offers_WithAnUnknownOutcome_SaysWhichThereAre()
    {
        var (status, output) = await AskAsync("offers", "--outcome", "lost");

        Assert.That((status, output), Is.EqualTo((2,
            "offerbook: The parameter 'outcome' is 'lost'; it must be one of: outstanding, accepted, declined, timed_out, rescinded, dropped")));
    }

    [Test]
    public async Task Why_OfTheOneThatHoldsTheAgent_SaysSo()
    {
        var output = "";
        await Eventually.HoldsAsync(async () =>
        {
            output = await SucceedAsync("why", "--framework", "marathon", "--role", "*");
            return output.StartsWith("for all agents: role suppressed", StringComparison.Ordinal);
        }, "nothing is left to launch", Soon, _cluster.DescribeAsync);

        Assert.That(output, Does.Contain("AGENTS FREE").And.Contain("held by marathon in *").And.Contain("cpus 0.7, mem 448"));
    }

    [Test]
    public async Task Why_OfAnIdleFramework_ListsAgentsAndTheirHolders()
    {
        var output = await SucceedAsync("why", "--framework", "batch", "--role", "batch", "--agents");

        Assert.That(output, Does.Match(@"127\.0\.0\.1 .*held by marathon in \* \(cpus 0\.7, mem 448 used, "));
        Assert.That(output, Does.Not.Contain("_"), "names are words");
    }

    [Test]
    public async Task Why_OfAnUnknownFramework_NamesIt()
    {
        var (status, output) = await AskAsync("why", "--framework", "nobody");

        Assert.That(status, Is.EqualTo(4), output);
        Assert.That(output, Does.StartWith("offerbook: There is no framework with the id or name 'nobody'"));
    }

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        var (status, output) = await AskAsync(arguments);
        Assert.That(status, Is.Zero, output);
        return output;
    }

    private Task<(int Status, string Output)> AskAsync(params string[] arguments) =>
        _cluster.RunAsync([.. arguments, "--master-url", _cluster.MasterUrl]);
}
