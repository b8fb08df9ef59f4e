using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire.Identity;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>A framework's side of a test: subscribes, remembers its stream, makes calls.</summary>
internal sealed class TestScheduler(MasterHarness master, FrameworkInfo? info = null)
{
    public FrameworkInfo Info { get; } = info ?? Framework();

    public FrameworkID? Id { get; private set; }

    public ConnectionId Stream { get; private set; }

    public string StreamId { get; private set; } = "";

    public IReadOnlyList<Event> Events => master.Sent.SelectMany(sent => sent switch
    {
        MasterEffect.SendToScheduler one when one.Stream == Stream => [one.Event],
        MasterEffect.SendAllToScheduler many when many.Stream == Stream => many.Events,
        _ => (IReadOnlyList<Event>)[],
    }).ToList();

    public IReadOnlyList<Offer> Offers => Events.Where(e => e.Type == Event.Types.Type.Offers).SelectMany(e => e.Offers.Offers_).ToList();

    public IReadOnlyList<TaskStatus> Updates => Events.Where(e => e.Type == Event.Types.Type.Update).Select(e => e.Update.Status).ToList();

    public bool IsClosed => master.Sent.OfType<MasterEffect.CloseStream>().Any(close => close.Stream == Stream);

    public static FrameworkInfo Framework(string role = "web", double failoverTimeout = 0, params ReadOnlySpan<Capability> more)
    {
        var info = new FrameworkInfo { User = "root", Name = "test", FailoverTimeout = failoverTimeout, Roles = { role } };
        foreach (var capability in (ReadOnlySpan<Capability>)[Capability.MultiRole, Capability.ReservationRefinement, .. more])
        {
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = capability });
        }
        return info;
    }

    public TestScheduler Subscribe(params ReadOnlySpan<string> suppressed)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = Info.Clone() },
            FrameworkId = Id };
        call.Subscribe.FrameworkInfo.Id = Id ?? Info.Id;
        call.Subscribe.SuppressedRoles.AddRange(suppressed.ToArray());
        Stream = master.NewConnection();
        master.Handle(new MasterMessage.SchedulerCallReceived(Stream, call, null, null));
        StreamId = master.Sent.OfType<MasterEffect.OpenStream>().Single(open => open.Connection == Stream).StreamId;
        if (Events.FirstOrDefault() is { Type: Event.Types.Type.Subscribed } subscribed)
        {
            Id = subscribed.Subscribed.FrameworkId;
        }
        master.Settle();
        return this;
    }

    public void Disconnect()
    {
        master.Handle(new MasterMessage.ConnectionClosed(Stream));
        master.Settle();
    }

    public MasterEffect.Answer Call(Call call)
    {
        call.FrameworkId = Id;
        var answer = master.Call(call, StreamId);
        master.Settle();
        return answer;
    }

    public MasterEffect.Answer Accept(Offer offer, params TaskInfo[] tasks) => Accept([offer.Id], new Filters { RefuseSeconds = 0 }, tasks);

    public MasterEffect.Answer Accept(IEnumerable<OfferID> offers, Filters? filters, params TaskInfo[] tasks)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Accept, Accept = new() { Filters = filters } };
        call.Accept.OfferIds.Add(offers);
        if (tasks.Length > 0)
        {
            var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
            launch.Launch.TaskInfos.Add(tasks);
            call.Accept.Operations.Add(launch);
        }
        return Call(call);
    }

    public MasterEffect.Answer Decline(Offer offer, double? refuseSeconds = null)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Decline, Decline = new() { OfferIds = { offer.Id } } };
        if (refuseSeconds is { } seconds)
        {
            call.Decline.Filters = new Filters { RefuseSeconds = seconds };
        }
        return Call(call);
    }

    public MasterEffect.Answer Acknowledge(TaskStatus status) => Call(new Call
    {
        Type = Mesos.V1.Scheduler.Call.Types.Type.Acknowledge,
        Acknowledge = new() { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
    });

    public MasterEffect.Answer Kill(string task) =>
        Call(new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Kill, Kill = new() { TaskId = new TaskID { Value = task } } });

    public MasterEffect.Answer Reconcile(params ReadOnlySpan<(string Task, AgentID? Agent)> tasks)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Reconcile, Reconcile = new() };
        foreach (var (task, agent) in tasks)
        {
            call.Reconcile.Tasks.Add(new Call.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = task }, AgentId = agent });
        }
        return Call(call);
    }

    public MasterEffect.Answer Call(Mesos.V1.Scheduler.Call.Types.Type type) => Call(new Call { Type = type });

    public static TaskInfo Task(Offer offer, string id, double cpus = 1, double mem = 64) => new()
    {
        Name = id,
        TaskId = new TaskID { Value = id },
        AgentId = offer.AgentId,
        Command = new CommandInfo { Value = "sleep 1000" },
        Resources = { Scalar("cpus", cpus), Scalar("mem", mem) },
    };

    public static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
