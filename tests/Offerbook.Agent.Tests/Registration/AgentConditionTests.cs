using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Registration;

/// <summary>An agent that cannot take new work says so, and which of its tasks it cannot vouch for.</summary>
public sealed class AgentConditionTests
{
    [Test]
    public void AnEngineThatHangs_IsToldTheMaster_AndThatItAnswersAgain()
    {
        var bench = new Bench().Register();

        bench.Tell(new AgentMessage.EngineChanged("it hangs"));
        bench.Tell(new AgentMessage.EngineChanged("it hangs"));
        Assert.That(Told(bench), Is.EqualTo(new[] { "it hangs" }), "once");
        Assert.That(bench.Core.View().Degraded, Is.EqualTo("it hangs"));

        bench.Tell(new AgentMessage.EngineChanged(null));
        Assert.That(Told(bench), Is.EqualTo(new[] { "it hangs", "" }));
        Assert.That(bench.Core.View().Degraded, Is.Null);
    }

    [Test]
    public void WhatTheMasterWasNotToldOf_ItHearsAtTheRegistration()
    {
        var bench = new Bench();
        bench.Tell(new AgentMessage.EngineChanged("it hangs"));
        bench.Register();

        Assert.That(Told(bench), Is.Empty);
        Assert.That(bench.Effects<ConnectToMaster>().Last().Subscribe.Subscribe.Condition.Degraded, Is.EqualTo("it hangs"));
        Assert.That(new Bench().Register().Effects<ConnectToMaster>().Last().Subscribe.Subscribe.Condition, Is.Null);
    }

    /// <summary>
    /// Seed 0x55 of the simulator, with apps of every kind: the answer to SUBSCRIBE was held up, the engine answered again meanwhile, and
    /// the agent was never offered any more.
    /// </summary>
    [TestCase("it hangs", null)]
    [TestCase(null, "it hangs")]
    public void WhatChangesWhileItRegisters_IsToldAfterwards(string? before, string? after)
    {
        var bench = new Bench();
        bench.Tell(new AgentMessage.EngineChanged(before));
        while (!bench.Effects<ConnectToMaster>().Any())
        {
            bench.Pass(TimeSpan.FromMilliseconds(10));
        }
        bench.Tell(new AgentMessage.EngineChanged(after));
        Assert.That(Told(bench), Is.Empty);
        bench.Register();

        Assert.That(bench.Effects<ConnectToMaster>().Count(), Is.EqualTo(1));
        Assert.That(Told(bench), Is.EqualTo(new[] { after ?? "" }));
    }

    [Test]
    public void ATaskThatCannotBeVouchedFor_IsShownAsThat_AndNoOther()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task("t1"));
        bench.Run(Make.Task("t2"));

        bench.Tell(new AgentMessage.ContainerDegraded(container, "it is stuck"));
        Assert.That((bench.TaskView("t1").Degraded, bench.TaskView("t2").Degraded), Is.EqualTo(("it is stuck", (string?)null)));
        Assert.That(Told(bench), Is.Empty, "one that is stuck keeps nothing away");

        bench.Tell(new AgentMessage.ContainerDegraded(container, null));
        Assert.That(bench.TaskView("t1").Degraded, Is.Null);
    }

    [Test]
    public void ATaskThatHasEnded_IsNot()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task("t1"));
        bench.Tell(new AgentMessage.ContainerDegraded(container, "it is stuck"));

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        Assert.That(bench.TaskView("t1").Degraded, Is.Null);
    }

    private static List<string> Told(Bench bench) => bench.Effects<CallMaster>()
        .Where(call => call.Call.Type == Call.Types.Type.UpdateCondition).Select(call => call.Call.Condition.Degraded).ToList();
}
