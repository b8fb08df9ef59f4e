using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability;

namespace Offerbook.Agent.Tests.Support;

/// <summary>Short words for the messages that tests are made of.</summary>
internal static class Make
{
    public const string AgentIdText = "m1-S0";

    public static AgentSettings Settings(string resources = "cpus:8;mem:8192;disk:10000;ports:[31000-32000]")
    {
        var info = new AgentInfo { Hostname = "host1", Port = 5051 };
        info.Resources.AddRange(ResourceBag.Parse(resources).ToProto(ResourceFormat.PostRefinement));
        return new AgentSettings(info, "10.0.0.1", "boot-1");
    }

    public static FrameworkInfo Framework(string id = "f1", params Capability.Types.Type[] capabilities)
    {
        var framework = new FrameworkInfo { Id = new FrameworkID { Value = id }, Name = "tests", User = "", Checkpoint = true };
        framework.Capabilities.AddRange(capabilities.Select(type => new Capability { Type = type }));
        return framework;
    }

    public static TaskInfo Task(string id = "t1", string command = "true", string resources = "cpus:1;mem:64")
    {
        var task = new TaskInfo
        {
            Name = id,
            TaskId = new TaskID { Value = id },
            AgentId = new AgentID { Value = AgentIdText },
            Command = new CommandInfo { Value = command },
        };
        task.Resources.AddRange(ResourceBag.Parse(resources).Allocate("*").ToProto(ResourceFormat.PostRefinement));
        return task;
    }

    public static Event Subscribed(params string[] completedFrameworks)
    {
        var subscribed = new Event.Types.Subscribed
        {
            AgentId = new AgentID { Value = AgentIdText },
            MasterInfo = new MasterInfo { Id = "m1", Ip = 0, Port = 5050, Hostname = "master" },
            PingIntervalSeconds = 15,
            PingTimeoutSeconds = 75,
        };
        subscribed.CompletedFrameworkIds.AddRange(completedFrameworks.Select(id => new FrameworkID { Value = id }));
        return new Event { Type = Event.Types.Type.Subscribed, Subscribed = subscribed };
    }

    public static Event Launch(TaskInfo task, FrameworkInfo? framework = null) => new()
    {
        Type = Event.Types.Type.Launch, Launch = new Event.Types.Launch { FrameworkInfo = framework ?? Framework(), Task = task },
    };

    public static Event Kill(string task = "t1", double? graceSeconds = null, string framework = "f1") => new()
    {
        Type = Event.Types.Type.Kill,
        Kill = new Event.Types.Kill
        {
            FrameworkId = new FrameworkID { Value = framework },
            TaskId = new TaskID { Value = task },
            KillPolicy = graceSeconds is { } seconds ? Policy(seconds) : null,
        },
    };

    public static KillPolicy Policy(double seconds) => new() { GracePeriod = new DurationInfo { Nanoseconds = (long)(seconds * 1e9) } };

    public static Event Acknowledge(string task, TaskStatus update, string framework = "f1") => new()
    {
        Type = Event.Types.Type.Acknowledge,
        Acknowledge = new Event.Types.Acknowledge
        {
            FrameworkId = new FrameworkID { Value = framework }, TaskId = new TaskID { Value = task }, Uuid = update.Uuid,
        },
    };

    public static Event ShutDownFramework(string framework = "f1") => new()
    {
        Type = Event.Types.Type.ShutdownFramework,
        ShutdownFramework = new Event.Types.ShutdownFramework { FrameworkId = new FrameworkID { Value = framework } },
    };
}
