using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;
using Offerbook.Conformance.Running;
using Offerbook.Wire;

namespace Offerbook.Cluster.Tests;

/// <summary>
/// The cases of the test-kit that need agents, against a whole cluster with two real ones and our own frameworks beside, in both content
/// types. Offerbook.Master.Tests runs all that scripted agents can play.
/// </summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
internal sealed class ConformanceTests(MessageFormat format)
{
    private Harness.Cluster _cluster = null!;

    private static IEnumerable<TestCaseData> Cases => CaseCatalog.All.Where(@case => @case.Needs != Needs.Master)
        .Select(@case => new TestCaseData(@case).SetArgDisplayNames(@case.Name));

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Harness.Cluster.StartAsync("--agents", "2", "--stop-tasks");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCaseSource(nameof(Cases))]
    public async Task Cluster_InCase_BehavesAsTheOriginal(ConformanceCase @case)
    {
        var options = new KitOptions(new Uri(_cluster.MasterUrl), format) { Quiet = TimeSpan.FromMilliseconds(500) };
        Assert.That(await CaseRunner.RunAsync(@case, options), Is.Null, () => _cluster.Program.Output);
    }
}
