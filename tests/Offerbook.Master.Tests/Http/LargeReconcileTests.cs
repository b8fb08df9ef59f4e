using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using MesosTask = Mesos.V1.Task;

namespace Offerbook.Master.Tests.Http;

public sealed class LargeReconcileTests
{
    /// <summary>More frames, and more bytes in JSON, than may wait in a scheduler's stream.</summary>
    private const int Tasks = 60_000;

    /// <summary>A scheduler that came back asks about everything it runs. Were it cut for that, it would come back and ask again.</summary>
    [Test]
    public async Task Scheduler_ThatAsksAboutMoreTasksThanItsStreamHolds_IsToldOfAll()
    {
        await using var master = await MasterFixture.StartAsync();
        var info = new FrameworkInfo
        {
            User = "root", Name = "large", Roles = { "large" }, FailoverTimeout = 60,
            Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
        };
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        using var scheduler = await master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Json);
        info.Id = (await scheduler.NextAsync(e => e.Type == Event.Types.Type.Subscribed)).Subscribed.FrameworkId;
        using var agent = await master.SubscribeAsync<AgentEvent>("/offerbook/agent/v1", Subscribe(info), MessageFormat.Protobuf,
            "Offerbook-Stream-Id");
        await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.Subscribed);

        // It reads nothing before the second call is answered; by then all answers to the first have been sent.
        foreach (var call in (Call[])
            [new Call { Type = Call.Types.Type.Reconcile, Reconcile = new() }, new Call { Type = Call.Types.Type.Revive }])
        {
            call.FrameworkId = info.Id;
            using var taken = await master.PostAsync("/api/v1/scheduler", call, MessageFormat.Json, scheduler.StreamId);
            Assert.That((int)taken.StatusCode, Is.EqualTo(202));
        }

        for (var i = 0; i < Tasks; i++)
        {
            var told = await scheduler.NextAsync(e => e.Type == Event.Types.Type.Update);
            Assert.That(told.Update.Status.TaskId.Value, Is.EqualTo($"task-{i:d5}"));
        }
    }

    private static AgentCall Subscribe(FrameworkInfo framework)
    {
        var report = new AgentCall.Types.Subscribe
        {
            AgentInfo = new AgentInfo { Hostname = "large", Port = 5051 }, Version = "0", BootId = "b", Frameworks = { framework },
        };
        for (var i = 0; i < Tasks; i++)
        {
            report.Tasks.Add(new MesosTask
            {
                Name = "t", TaskId = new TaskID { Value = $"task-{i:d5}" }, FrameworkId = framework.Id,
                AgentId = new AgentID { Value = "unknown-yet" },
                State = TaskState.TaskRunning,
            });
        }
        return new AgentCall { Type = AgentCall.Types.Type.Subscribe, Subscribe = report };
    }
}
