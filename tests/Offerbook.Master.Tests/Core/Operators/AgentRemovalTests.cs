using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>
/// The safety valves around losing agents: the rate, the limit after a start, and what is forgotten (cases 79 to 82, 159, 163; fault rows 8
/// to 11).
/// </summary>
internal sealed class AgentRemovalTests
{
    private static readonly MasterSettings OneInAMinute =
        MasterSettings.Default with { AgentRemovalRateLimit = new RemovalRate(1, TimeSpan.FromMinutes(1)) };

    [Test, Category("case 159")]
    public void RateLimit_LetsAgentsGoOneAfterTheOther()
    {
        var (master, _) = Start(OneInAMinute, 3);
        master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(
            (master.View.Agents.Length, Counter(master, "slave_unreachable_scheduled"), Counter(master, "slave_unreachable_completed")),
            Is.EqualTo((2, 3, 1)));
        master.Advance(TimeSpan.FromSeconds(60));
        Assert.That(master.View.Agents, Has.Length.EqualTo(1));
        master.Advance(TimeSpan.FromSeconds(60));
        Assert.That(master.View.Agents, Is.Empty);
    }

    [Test, Category("case 82")]
    public void RateLimit_APongEndsTheWait()
    {
        var (master, agents) = Start(OneInAMinute, 2);
        master.Advance(TimeSpan.FromSeconds(91));
        var left = agents.Single(agent => master.View.Agents.Any(view => view.Id.Value == agent.Id!.Value));
        left.Pong();
        master.Advance(TimeSpan.FromSeconds(65));
        Assert.That(master.View.Agents, Has.Length.EqualTo(1));
        Assert.That(Counter(master, "slave_unreachable_canceled"), Is.EqualTo(1));
        master.Advance(TimeSpan.FromSeconds(60));
        Assert.That(Counter(master, "slave_unreachable_scheduled"), Is.EqualTo(3), "it has fallen silent again");
    }

    [Test, Category("case 159")]
    public void RateLimit_HoldsForAgentsThatDoNotReturnAfterAStart()
    {
        var (master, agents) = Start(OneInAMinute, 3);
        master.Restart();
        master.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.That((master.View.RecoveredAgents.Count, master.View.UnreachableAgents), Is.EqualTo((2, 1)));
        var back = agents.Single(agent => agent.Id!.Value == master.View.RecoveredAgents[1].Id.Value);
        back.Subscribe();
        master.Advance(TimeSpan.FromSeconds(60));
        Assert.That((master.View.RecoveredAgents.Count, master.View.UnreachableAgents, master.View.Agents.Length), Is.EqualTo((0, 2, 1)));
        Assert.That(Counter(master, "recovery_slave_removals"), Is.EqualTo(2));
    }

    [Test, Category("case 61")]
    public void RemovalLimit_WithHalfTheClusterMissing_GivesNobodyUpAndSaysSo()
    {
        var (master, agents) = Start(MasterSettings.Default with { RecoveryAgentRemovalLimit = 0.4 }, 4);
        var scheduler = new TestScheduler(master, TestScheduler.Framework("web", 36000, Capability.PartitionAware)).Subscribe();
        master.Restart();
        scheduler.Subscribe();
        agents[0].Subscribe();
        agents[1].Subscribe();
        LiveOn(master, TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1), agents[0], agents[1]);
        Assert.That((master.View.RecoveredAgents.Count, master.View.UnreachableAgents), Is.EqualTo((2, 0)));
        Assert.That(master.Sent.OfType<MasterEffect.Warn>().Single().Text,
            Does.Contain("2 of 4 agents").And.Contain("--recovery_agent_removal_limit"));
        Assert.That((Counter(master, "recovery_slave_removals_held"), Counter(master, "recovery_slave_removals")), Is.EqualTo((1, 0)));
        var told = scheduler.Updates.Count;
        scheduler.Reconcile(("t", agents[3].Id));
        Assert.That(scheduler.Updates, Has.Count.EqualTo(told), "nothing is said of tasks on agents that are awaited");
        agents[2].Subscribe();
        Assert.That((master.View.RecoveredAgents.Count, master.View.UnreachableAgents), Is.EqualTo((0, 1)),
            "one missing is less than the limit");
    }

    [Test]
    public void RemovalLimit_AgentsMarkedGoneAreNotMissing()
    {
        var (master, agents) = Start(MasterSettings.Default with { RecoveryAgentRemovalLimit = 0.4 }, 4);
        master.Restart();
        agents[0].Subscribe();
        agents[1].Subscribe();
        LiveOn(master, TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1), agents[0], agents[1]);
        Succeeds(master.MarkGone(agents[2].Id!));
        Assert.That((master.View.RecoveredAgents.Count, master.View.UnreachableAgents), Is.EqualTo((0, 1)));
    }

    [Test, Category("case 81")]
    public void RegistryGc_ForgetsAgentsThatAreLostForTooLong()
    {
        var (master, agents) = Start(MasterSettings.Default with { MaxLostAgentAge = TimeSpan.FromHours(1) }, 2);
        master.MarkGone(agents[0].Id!);
        master.Deactivate(agents[1].Id!);
        master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(master.View.UnreachableAgents, Is.EqualTo(1));
        master.Advance(TimeSpan.FromMinutes(50));
        Assert.That(master.View.UnreachableAgents, Is.EqualTo(1));
        master.Advance(TimeSpan.FromMinutes(30));
        Assert.That(master.View.UnreachableAgents, Is.Zero);
        Fails(master.MarkGone(agents[0].Id!), 404, $"Agent '{agents[0].Id!.Value}' not found");
        Fails(master.Reactivate(agents[1].Id!), 400, "Agent is not deactivated");
    }

    [Test, Category("case 79"), Category("case 80")]
    public void RegistryGc_ByCount_ForgetsTheOldestFirst()
    {
        var (master, agents) = Start(MasterSettings.Default with { MaxLostAgents = 2 }, 3);
        foreach (var agent in agents)
        {
            master.MarkGone(agent.Id!);
        }
        Fails(master.MarkGone(agents[0].Id!), 404, $"Agent '{agents[0].Id!.Value}' not found");
        Succeeds(master.MarkGone(agents[1].Id!));
        Succeeds(master.MarkGone(agents[2].Id!));
    }

    [Test, Category("case 163")]
    public void Disconnection_WithoutReturn_EndsInUnreachable()
    {
        var (master, agents) = Start(MasterSettings.Default, 1);
        agents[0].Disconnect();
        master.Advance(TimeSpan.FromSeconds(91));
        Assert.That((master.View.Agents.Length, master.View.UnreachableAgents), Is.EqualTo((0, 1)));
    }

    private static (MasterHarness Master, List<TestAgent> Agents) Start(MasterSettings settings, int agents)
    {
        var master = new MasterHarness(settings);
        return (master, Enumerable.Range(1, agents).Select(i => new TestAgent(master, $"10.0.0.{i}").Subscribe()).ToList());
    }

    /// <summary>Time passes, and these agents answer.</summary>
    private static void LiveOn(MasterHarness master, TimeSpan time, params TestAgent[] agents)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(15))
        {
            master.Advance(TimeSpan.FromSeconds(15));
            foreach (var agent in agents)
            {
                agent.Pong();
            }
        }
    }

    private static long Counter(MasterHarness master, string name) => master.View.Counters.Single(counter => counter.Key == name).Value;
}
