using System.Text;
using Mesos.V1;
using Offerbook.Agent.Tests.Support;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability;

namespace Offerbook.Agent.Tests.Captures;

/// <summary>What our agent answered to a recorded request.</summary>
internal sealed record Replayed(int Status, string? ContentType, string? Allow, string Body);

/// <summary>
/// Brings an agent into the situations of the recording and sends it the recorded requests: idle, with a task, and with all ended.
/// </summary>
internal sealed class CaptureSession(string work)
{
    private const string Framework = "b193cd7b-e456-483b-b754-4c7d7ddce038-0000";
    private const string Runs = "cap-2c6d4a73";
    private const string Fails = "cap-ae5a45c0";
    private const string Finishes = "cap-d3fdcdf9";

    private readonly Dictionary<string, Replayed> _answers = [];

    public async Task<IReadOnlyDictionary<string, Replayed>> RunAsync()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentHost.StartAsync(new AgentOptions(work, [master.Address])
        {
            Port = 0,
            Resources = "cpus:64;mem:65536;disk:65536;ports:[31000-39000]",
            StopTasksOnExit = true,
            Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        });
        using var http = new HttpClient { BaseAddress = agent.Address };
        await master.SubscribedAsync();
        await Patiently.UntilAsync(async () => (await agent.ViewAsync()).Registered, "the agent is registered");
        await SendAllAsync(http, "err.");
        await SendAllAsync(http, "idle.");
        master.Send(Make.Launch(TaskOf(Runs, "echo out; echo err >&2; sleep 1000"), FrameworkOf()));
        await master.StateAsync(Runs, TaskState.TaskRunning);
        await Patiently.UntilAsync(async () =>
            (await agent.ViewAsync()).Frameworks.Single().Tasks.Single().Task.StatusUpdateState == TaskState.TaskRunning,
            "the last status is the latest");
        await SendAllAsync(http, "running.");
        master.Send(Make.Kill(Runs, framework: Framework));
        await master.StateAsync(Runs, TaskState.TaskKilled);
        master.Send(Make.Launch(TaskOf(Fails, "exit 3"), FrameworkOf()));
        await master.StateAsync(Fails, TaskState.TaskFailed);
        master.Send(Make.Launch(TaskOf(Finishes, "true"), FrameworkOf()));
        await master.StateAsync(Finishes, TaskState.TaskFinished);
        await Patiently.UntilAsync(async () => (await agent.ViewAsync()).Frameworks.Single() is { Completed: true, Finished.Count: 3 },
            "all ends are acknowledged");
        await SendAllAsync(http, "end.");
        return _answers;
    }

    private async Task SendAllAsync(HttpClient http, string prefix)
    {
        foreach (var exchange in CapturedExchange.All.Values.Where(exchange => exchange.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), exchange.Path);
            if (exchange.Body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(exchange.Body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", exchange.Type);
            }
            if (exchange.Accept is not null)
            {
                request.Headers.TryAddWithoutValidation("Accept", exchange.Accept);
            }
            using var answer = await http.SendAsync(request);
            var allow = answer.Content.Headers.Allow;
            _answers.Add(exchange.Name, new Replayed((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString(),
                allow.Count == 0 ? null : string.Join(", ", allow), await answer.Content.ReadAsStringAsync()));
        }
    }

    private static FrameworkInfo FrameworkOf()
    {
        var framework = new FrameworkInfo { User = System.Environment.UserName, Name = "capture",
            Id = new FrameworkID { Value = Framework }, FailoverTimeout = 60, Checkpoint = true };
        framework.Roles.Add("*");
        framework.Capabilities.Add(new Capability { Type = Capability.Types.Type.MultiRole });
        framework.Capabilities.Add(new Capability { Type = Capability.Types.Type.ReservationRefinement });
        return framework;
    }

    private static TaskInfo TaskOf(string id, string command) => Make.Task(id, command, "cpus:0.5;mem:64");
}
