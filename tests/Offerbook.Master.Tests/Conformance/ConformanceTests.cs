using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;
using Offerbook.Conformance.Running;
using Offerbook.Master.Tests.Http;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>The cases of the test-kit against a real master over loopback HTTP with two scripted agents, in both content types.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class ConformanceTests(MessageFormat format)
{
    private readonly List<LoopbackAgent> _agents = [];
    private MasterFixture _master = null!;

    /// <summary>Scripted agents run nothing; what needs that is tested with real ones in Offerbook.Cluster.Tests.</summary>
    private static IEnumerable<TestCaseData> Cases =>
        CaseCatalog.All.Where(@case => (@case.Needs & Needs.Processes) != Needs.Processes)
            .Select(@case => new TestCaseData(@case).SetArgDisplayNames(@case.Name));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _master = await MasterFixture.StartAsync();
        foreach (var name in new[] { "one", "two" })
        {
            var agent = new LoopbackAgent(_master.Host.Address, $"{name}.example", "cpus:8;mem:8192;disk:8192;ports:[31000-31999]");
            await agent.StartAsync();
            _agents.Add(agent);
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }
        await _master.DisposeAsync();
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Master_InCase_BehavesAsTheOriginal(ConformanceCase @case)
    {
        // Our master offers within milliseconds; a quarter of a second without an offer says that none comes.
        var options = new KitOptions(_master.Host.Address, format) { Quiet = TimeSpan.FromMilliseconds(250) };
        Assert.That(await CaseRunner.RunAsync(@case, options), Is.Null);
    }
}
