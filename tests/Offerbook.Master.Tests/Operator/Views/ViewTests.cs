using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Tests.Core;
using Offerbook.Storage;
using Offerbook.Wire.Identity;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;

namespace Offerbook.Master.Tests.Operator.Views;

/// <summary>What a view promises: it never changes, and its version tells when the next one shows something else.</summary>
internal sealed class ViewTests
{
    [Test]
    public void View_WhenTheMasterGoesOn_StaysAsItWas()
    {
        var master = new MasterHarness();
        var agent = new TestAgent(master).Subscribe();
        var scheduler = new TestScheduler(master).Subscribe();
        scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], "t1"));
        var view = master.View;
        agent.Update(scheduler.Id!, "t1", TaskState.TaskRunning);
        agent.Update(scheduler.Id!, "t1", TaskState.TaskFinished);
        Assert.That(view.Frameworks.Single().Tasks.Single().State, Is.EqualTo(TaskState.TaskStaging));
        Assert.That(view.Agents.Single().Used, Is.Not.Empty);
        Assert.That(master.View.Agents.Single().Used, Is.Empty);
        Assert.That(master.View.Frameworks.Single().Tasks.Single().State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Version_GrowsWithChangesOnly()
    {
        var master = new MasterHarness();
        var agent = new TestAgent(master).Subscribe();
        var scheduler = new TestScheduler(master).Subscribe();
        var version = master.View.Version;
        master.Advance(TimeSpan.FromSeconds(16));
        agent.Pong();
        Assert.That(master.View.Version, Is.EqualTo(version), "heartbeats and pings show nowhere");
        scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], "t1"));
        Assert.That(master.View.Version, Is.GreaterThan(version));
        version = master.View.Version;
        agent.Update(scheduler.Id!, "t1", TaskState.TaskRunning);
        Assert.That(master.View.Version, Is.GreaterThan(version));
    }

    [Test]
    public void Request_AfterManyChanges_IsServedOverSeveralTurns()
    {
        const int Agents = 3000;
        var core = new MasterCore(MasterSettings.Default, new SeededRandom(1));
        var effects = new Effects();
        core.Recover(new Recovery(null, [], 0), default, effects);
        for (var i = 1; i <= Agents; i++)
        {
            var call = new AgentCall { Type = AgentCall.Types.Type.Subscribe, Subscribe = new() { Version = "1", BootId = "b" } };
            call.Subscribe.AgentInfo = new AgentInfo { Hostname = "host-" + i, Port = 5051 };
            core.Handle(new MasterMessage.AgentCallReceived(new ConnectionId(i), call, null, "10.0.0.1"), default, effects);
        }
        effects.Clear();
        var turns = 0;
        MasterMessage next = new MasterMessage.ViewRequested(new ConnectionId(0));
        while (true)
        {
            turns++;
            core.Handle(next, default, effects);
            var published = All(effects).OfType<MasterEffect.PublishView>().SingleOrDefault();
            if (published is not null)
            {
                Assert.That(published.View.Agents.Count, Is.EqualTo(Agents));
                break;
            }
            next = (MasterMessage)All(effects).OfType<StartTimer>().Single(timer => timer.Message is MasterMessage.ViewContinued).Message;
            effects.Clear();
        }
        Assert.That(turns, Is.EqualTo((Agents + 255) / 256), "256 agents a turn");
    }

    private static IEnumerable<IEffect> All(Effects effects)
    {
        for (var i = 0; i < effects.Count; i++)
        {
            yield return effects[i];
        }
    }
}
