using Offerbook.Master.Tests.Core;
using Offerbook.Master.Tests.Core.Operators;
using Offerbook.Master.Tests.Operations;

namespace Offerbook.Master.Tests.Operator.Metrics;

internal sealed class MasterMetricsTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;
    private TestScheduler _web = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master).Subscribe();
        _web = new TestScheduler(_master, TestScheduler.Framework("web", 3600)).Subscribe();
    }

    [Test]
    public void Operations_AreCountedByTypeAndState()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web")));
        Assert.That(Of("master/operations/reserve/pending", "master/operations/pending", "master/operations/reserve/finished"),
            Is.EqualTo(new[] { 1, 1, 0 }));
        _agent.Finish();
        Assert.That(
            Of("master/operations/reserve/pending", "master/operations/pending", "master/operations/reserve/finished",
                "master/operations/finished",
            "master/operations/reserve/total", "master/operations/total", "master/operations/unreserve/total"),
                Is.EqualTo(new[] { 0, 0, 1, 1, 1, 1, 0 }));
    }

    [Test]
    public void Quotas_ShowWhatEveryRoleAndTheRootConsume()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1.5, "web")));
        _agent.Finish();
        OperatorScripts.Succeeds(_master.UpdateQuota(true, OperatorScripts.Quota("eu", [("mem", 64)], [("mem", 128), ("cpus", 2)])));

        Assert.That(Of("allocator/mesos/quota/roles/web/resources/cpus/consumed", "allocator/mesos/quota/roles//resources/cpus/consumed"),
            Is.EqualTo(new[] { 1.5, 1.5 }));
        Assert.That(Of("allocator/mesos/quota/roles/eu/resources/mem/guarantee", "allocator/mesos/quota/roles/eu/resources/mem/limit",
            "allocator/mesos/quota/roles/eu/resources/cpus/limit", "allocator/mesos/quota/roles/eu/resources/cpus/consumed",
            "allocator/mesos/quota/roles/eu/resources/cpus/offered_or_allocated"), Is.EqualTo(new[] { 64, 128, 2, 0, 0 }));
        Assert.That(Metrics.ContainsKey("allocator/mesos/quota/roles/web/resources/mem/consumed"), Is.False,
            "nothing of it is used or reserved");
    }

    [Test]
    public void Filters_OfRolesWithoutFrameworks_AreNone()
    {
        OperatorScripts.Succeeds(_master.UpdateWeights(("idle", 2.5)));
        _web.Decline(_web.Offers[^1]);

        Assert.That(Of("allocator/mesos/offer_filters/roles/web/active", "allocator/mesos/offer_filters/roles/idle/active"),
            Is.EqualTo(new[] { 1, 0 }));
    }

    private IReadOnlyDictionary<string, double> Metrics => ViewMetrics.Of(_master.View);

    private double[] Of(params string[] names) => [.. names.Select(name => Metrics[name])];
}
