using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>
/// Quotas as operators set them: what is refused and with which words, what is kept, and what becomes of offers (case 183).
/// </summary>
[Category("case 183")]
internal sealed class QuotaTests
{
    private MasterHarness _master = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        new TestAgent(_master, resources: "cpus:4;mem:4096").Subscribe();
    }

    [Test]
    public void Update_OfSeveralRoles_IsShownAndSurvivesARestart()
    {
        Succeeds(_master.UpdateQuota(false, Quota("a", [("cpus", 1)], [("cpus", 2)]), Quota("b", [], [("mem", 100)])));
        Assert.That(_master.View.Operator.Quotas.Select(quota => quota.Role), Is.EqualTo(new[] { "a", "b" }));
        var status = _master.View.Operator.QuotaStatus();
        Assert.That(status.Infos[0].Guarantee.Single().Scalar.Value, Is.EqualTo(1));
        Assert.That(status.Configs[1].Limits["mem"].Value, Is.EqualTo(100));
        _master.Restart();
        Assert.That(_master.View.Operator.QuotaStatus(), Is.EqualTo(status));
        Succeeds(_master.UpdateQuota(false, Quota("a", [], [])));
        Assert.That(_master.View.Operator.Quotas.Select(quota => quota.Role), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void Update_WithOneBadConfig_ChangesNothing()
    {
        Fails(_master.UpdateQuota(false, Quota("a", [("cpus", 1)], []), Quota("a/b", [("cpus", 1)], [])), 400,
            "Updating quota on nested role 'a/b' is not supported yet");
        Assert.That(_master.View.Operator.Quotas, Is.Empty);
    }

    [TestCase("mem", 1099511627777, "Invalid 'QuotaConfig.guarantees': {'mem': 1099511627777} is invalid: values greater than 1 exabyte (1099511627776) are not supported")]
    [TestCase("cpus", 1000000000001, "Invalid 'QuotaConfig.guarantees': {'cpus': 1000000000001} is invalid: values greater than 1 trillion (1000000000000) are not supported")]
    [TestCase("cpus", -1, "Invalid guarantee configuration {'cpus': -1}: Negative values not supported")]
    [TestCase("cpus", double.NaN, "Invalid guarantee configuration {'cpus': NaN}: NaN not supported")]
    public void Update_WithAValueOutOfBounds_IsRefused(string name, double value, string text) =>
        Fails(_master.UpdateQuota(true, Quota("a", [(name, value)], [])), 400, "Invalid QuotaConfig: " + text);

    [Test]
    public void Update_WithGuaranteesAboveLimits_IsRefused() =>
        Fails(_master.UpdateQuota(true, Quota("a", [("cpus", 2)], [("cpus", 1)])), 400,
            "Invalid QuotaConfig: 'QuotaConfig.guarantees' {'cpus': 2} is not contained within the 'QuotaConfig.limits' {'cpus': 1}");

    [Test]
    public void Update_OfABadRole_IsRefused() =>
        Assert.That(_master.UpdateQuota(true, Quota("-a", [("cpus", 2)], [])).Text,
            Does.StartWith("Invalid QuotaConfig: Invalid 'QuotaConfig.role': "));

    [Test]
    public void Update_BeyondTheCluster_NeedsForce()
    {
        Fails(_master.UpdateQuota(false, Quota("a", [("cpus", 5)], [])), 400,
            "Invalid QuotaConfig: total quota guarantees 'cpus:5' exceed cluster capacity 'cpus:4; mem:4096' (use 'force' flag to bypass this check)");
        Succeeds(_master.UpdateQuota(true, Quota("a", [("cpus", 5)], [])));
    }

    [Test]
    public void Update_BelowWhatTheRoleUses_NeedsForceAndKillsNothing()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "t", cpus: 2, mem: 64));
        _master.Advance(TimeSpan.FromSeconds(1));
        Fails(_master.UpdateQuota(false, Quota("a", [], [("cpus", 1)])), 400,
            "Invalid QuotaConfig: Role 'a' is already consuming 'cpus:2; mem:64'; this is more than the requested limits 'cpus:1' (use 'force' flag to bypass this check)");
        Succeeds(_master.UpdateQuota(true, Quota("a", [], [("cpus", 1)])));
        _master.Advance(TimeSpan.FromSeconds(30));
        Assert.That(_master.View.Frameworks[0].Tasks, Has.Count.EqualTo(1));
        Assert.That(_master.View.Frameworks[0].Offered.ToString(), Does.Not.Contain("cpus"), "the limit is passed already");
    }

    [Test]
    public void Update_WithALimit_TakesBackWhatTheRoleIsOfferedBeyondIt()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe();
        Succeeds(_master.UpdateQuota(false, Quota("a", [], [("cpus", 1)])));
        _master.Settle();
        Assert.That(scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(scheduler.Offers[^1].Resources.Single(resource => resource.Name == "cpus").Scalar.Value, Is.EqualTo(1));
    }

    [Test]
    public void Update_WithAGuarantee_TakesBackOffersOfOthers()
    {
        var other = new TestScheduler(_master, TestScheduler.Framework("b")).Subscribe();
        var role = new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe();
        Assert.That(other.Offers, Has.Count.EqualTo(1));
        Succeeds(_master.UpdateQuota(false, Quota("a", [("cpus", 4), ("mem", 4096)], [])));
        _master.Settle();
        Assert.That(other.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(role.Offers, Has.Count.EqualTo(1));
    }

    [Test]
    public void Set_IsGuaranteeAndLimitInOneAndOnlyOnce()
    {
        Succeeds(_master.SetQuota("a", false, TestScheduler.Scalar("cpus", 1)));
        var quota = _master.View.Operator.Quotas.Single();
        Assert.That((quota.Guarantees["cpus"].Value, quota.Limits["cpus"].Value), Is.EqualTo((1, 1)));
        Fails(_master.SetQuota("a", false, TestScheduler.Scalar("cpus", 1)), 400,
            "Failed to validate set quota request: Cannot set quota for role 'a' which already has quota");
        Succeeds(_master.RemoveQuota("a"));
        Fails(_master.RemoveQuota("a"), 400, "Failed to remove quota: Role 'a' has no quota set");
        Succeeds(_master.SetQuota("a", false, TestScheduler.Scalar("cpus", 1)));
    }

    [Test]
    public void Set_ThatIsWrong_IsRefused()
    {
        const string Prefix = "Failed to validate set quota request: ";
        var ranges = new Resource { Name = "ports", Type = Value.Types.Type.Ranges,
            Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = 1, End = 2 } } } };
        Fails(_master.SetQuota("a", false), 400, Prefix + "QuotaInfo with empty 'guarantee'");
        Fails(_master.SetQuota("a", false, ranges), 400, Prefix + "QuotaInfo must not include non-scalar resources");
        Fails(_master.SetQuota("a", false, TestScheduler.Scalar("cpus", 1), TestScheduler.Scalar("cpus", 1)), 400,
            Prefix + "QuotaInfo contains duplicate resource name 'cpus'");
        Fails(_master.SetQuota("a/b", false, TestScheduler.Scalar("cpus", 1)), 400,
            "Setting quota on nested role 'a/b' is not supported yet");
        Fails(_master.SetQuota("a", false, TestScheduler.Scalar("cpus", 5)), 409,
            "Quota guarantees overcommit the cluster (use 'force' to bypass this check): Total quota guarantees 'cpus:5' exceed cluster capacity 'cpus:4; mem:4096'");
        Succeeds(_master.SetQuota("a", true, TestScheduler.Scalar("cpus", 5)));
    }

    [Test]
    public void Capacity_CountsAgentsThatAreDisconnectedForAMoment()
    {
        var second = new TestAgent(_master, "10.0.0.2", "cpus:4;mem:4096").Subscribe();
        second.Disconnect();
        Succeeds(_master.UpdateQuota(false, Quota("a", [("cpus", 8)], [])));
    }

    [Test]
    public void Allocation_AfterARestartWithQuota_WaitsForMostAgents()
    {
        var agents = Enumerable.Range(2, 4).Select(i => new TestAgent(_master, $"10.0.0.{i}", "cpus:4;mem:4096").Subscribe()).ToList();
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("b", 3600)).Subscribe();
        _master.UpdateQuota(true, Quota("a", [("cpus", 1)], []));
        _master.Restart();
        scheduler.Subscribe();
        foreach (var agent in agents[..3])
        {
            agent.Subscribe();
        }
        Assert.That(scheduler.Offers, Is.Empty, "3 of 5 are back, 4 are needed");
        agents[3].Subscribe();
        Assert.That(scheduler.Offers, Is.Not.Empty);
    }

    [Test]
    public void Allocation_AfterARestartWithQuota_WaitsNoLongerThanItsTime()
    {
        var second = new TestAgent(_master, "10.0.0.2", "cpus:4;mem:4096").Subscribe();
        new TestAgent(_master, "10.0.0.3", "cpus:4;mem:4096").Subscribe();
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("b", 36000)).Subscribe();
        _master.UpdateQuota(true, Quota("a", [("cpus", 1)], []));
        _master.Restart();
        scheduler.Subscribe();
        second.Subscribe();
        for (var i = 0; i < 39; i++)
        {
            _master.Advance(TimeSpan.FromSeconds(15));
            second.Pong();
        }
        Assert.That(scheduler.Offers, Is.Empty);
        _master.Advance(TimeSpan.FromSeconds(16));
        Assert.That(scheduler.Offers, Is.Not.Empty);
    }
}
