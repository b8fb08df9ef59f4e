using Mesos.V1.Scheduler;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Core;

/// <summary>Gives each test a batch core that has subscribed to an empty cluster.</summary>
internal abstract class BatchTests
{
    protected BatchWorld World { get; set; } = null!;

    [SetUp]
    public void SetUp()
    {
        World = new BatchWorld();
        World.Deliver();
    }

    /// <summary>What the master has been told of one kind.</summary>
    protected List<Call> Calls(Call.Types.Type type) => World.Cluster.Calls.Where(c => c.Type == type).ToList();
}
