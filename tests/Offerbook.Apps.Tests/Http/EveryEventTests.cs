using Google.Protobuf;
using Mesos.V1;
using Offerbook.Apps.Health;
using Offerbook.Apps.Tests.Events;
using SchedulerEvent = Mesos.V1.Scheduler.Event;
using Task = System.Threading.Tasks.Task;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Each event that clients know has something that makes it.</summary>
public sealed class EveryEventTests : RunningFixture
{
    /// <summary>
    /// Known to clients, made by nobody: callbacks are gone since the original's 1.5, and a step does not fail by itself, there as here:
    /// it is the deployment that fails.
    /// </summary>
    private static readonly string[] NeverMade = ["subscribe_event", "unsubscribe_event", "deployment_step_failure"];

    private const string Pod = """
        {"id":"/pod","scaling":{"kind":"fixed","instances":1},"containers":[{"name":"c","exec":{"command":{"shell":"sleep 1"}},"resources":{"cpus":0.1,"mem":16}}]}
        """;

    [Test]
    [Property("case", 191)]
    public async Task EveryEvent_OfTheList_IsMadeAndHasItsMembers()
    {
        var web = true;
        using var stream = await FollowAsync("");
        (await FollowAsync("")).Dispose();
        Do(() => Rig.Probe = _ => web ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.HttpAnswered(500, "no"));

        await OkAsync("POST", "/v2/apps", """
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":5,"gracePeriodSeconds":0,"maxConsecutiveFailures":1}]}
            """);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        web = false;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(20)));
        web = true;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(20)));
        await OkAsync("POST", "/v2/pods", Pod);
        await OkAsync("PUT", "/v2/pods/pod", Pod.Replace("sleep 1", "sleep 2", StringComparison.Ordinal));
        await OkAsync("DELETE", "/v2/pods/pod", null);
        await OkAsync("POST", "/v2/apps", """{"id":"/big","cmd":"sleep 1","cpus":1000}""");
        Assert.That((await SendAsync("PUT", "/v2/apps/big", """{"instances":2}""")).Status, Is.EqualTo(409));
        await OkAsync("DELETE", "/v2/apps/a", null);
        Do(() => Rig.Master.Send(new TaskStatus
        {
            TaskId = new TaskID { Value = "a.instance-6a204bd5-9d0f-11ef-8c5c-3f6a3b7c1e11._app.1" },
            AgentId = new AgentID { Value = "x" }, State = TaskState.TaskFailed,
        }));
        Do(() => Rig.Master.Send(new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Message,
            Message = new SchedulerEvent.Types.Message
            {
                AgentId = new AgentID { Value = "agent" }, ExecutorId = new ExecutorID { Value = "executor" },
                Data = ByteString.CopyFrom(1),
            },
        }));
        Do(() => Rig.Master.Disconnect());
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));

        var told = await stream.UntilAsync("scheduler_reregistered_event");
        if (told.TrueForAll(read => read.Type != "event_stream_detached"))
        {
            // When the server sees that a connection has gone is its own affair.
            told.AddRange(await stream.UntilAsync("event_stream_detached"));
        }
        var made = Rig.Events.ToList();
        // The first registration was before anybody could follow.
        var seen = told.Select(read => read.Type).Append(made.Find(published => published.Type == "scheduler_registered_event")?.Type)
            .ToHashSet();
        Assert.That(EventNames.All.Except(seen), Is.EquivalentTo(NeverMade));
        Assert.That(seen, Is.SubsetOf(EventNames.All));
        Assert.Multiple(() =>
        {
            foreach (var (type, members) in EventMembers.Always)
            {
                if (made.Find(published => published.Type == type) is { } published)
                {
                    var payload = Newtonsoft.Json.Linq.JObject.Parse(published.Json);
                    Assert.That(
                        members.Split(' ').Concat(["eventType", "timestamp"]).Except(payload.Properties().Select(member => member.Name)),
                        Is.Empty, type);
                }
            }
        });
    }

    private async Task OkAsync(string method, string path, string? body)
    {
        var answer = await SendAsync(method, path, body);
        Assert.That(answer.Status, Is.InRange(200, 202), answer.Text);
    }
}
