using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>Gives each test a master with one agent and one framework that knows of partitions and may be away for an hour.</summary>
internal abstract class ClusterOfOneTests
{
    protected MasterHarness Master { get; set; } = null!;

    protected TestAgent Agent { get; set; } = null!;

    protected TestScheduler Scheduler { get; set; } = null!;

    [SetUp]
    public void SetUpCluster()
    {
        Master = new MasterHarness();
        Agent = new TestAgent(Master).Subscribe();
        Scheduler = new TestScheduler(Master, TestScheduler.Framework("web", 3600, Capability.PartitionAware)).Subscribe();
    }
}
