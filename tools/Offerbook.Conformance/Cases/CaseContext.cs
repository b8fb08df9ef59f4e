using Mesos.V1;
using Offerbook.Conformance.Kit;

namespace Offerbook.Conformance.Cases;

/// <summary>What a running case works with. Schedulers that it made are torn down at its end, so that cases leave nothing behind.</summary>
public sealed class CaseContext(KitOptions options) : IAsyncDisposable
{
    private readonly List<ScriptedScheduler> _schedulers = [];
    private readonly List<Func<Task>> _undo = [];

    public KitOptions Options { get; } = options;

    public ScriptedOperator Operator { get; } = new(options);

    public RawHttp Http { get; } = new(options.Master, options.Credential);

    /// <summary>A name that nobody used before: of a role, a task …</summary>
    public string Unique(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)];

    /// <summary>
    /// Remembers what puts the cluster back as it was. Done at the end, the newest first, when all schedulers are torn down.
    /// </summary>
    public void AtEnd(Func<Task> undo) => _undo.Add(undo);

    /// <summary>Sets quotas, and lifts them at the end.</summary>
    public async Task SetQuotaAsync(bool force, params Mesos.V1.Quota.QuotaConfig[] configs)
    {
        AtEnd(() => Operator.CallAsync(OperatorCalls.UpdateQuota(true, [.. configs.Select(config => OperatorCalls.Quota(config.Role))])));
        await Operator.ExpectAsync(OperatorCalls.UpdateQuota(force, configs), 200);
    }

    /// <summary>An agent that makes offers, as GET_AGENTS shows it.</summary>
    public async Task<Mesos.V1.Master.Response.Types.GetAgents.Types.Agent> AnAgentAsync() =>
        (await Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetAgents))
            .GetAgents.Agents.First(agent => agent.Active && !agent.Deactivated);

    public async Task<Mesos.V1.Master.Response.Types.GetAgents.Types.Agent> AgentAsync(AgentID id) =>
        (await Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetAgents))
            .GetAgents.Agents.Single(agent => agent.AgentInfo.Id.Equals(id));

    /// <summary>A scheduler that has not subscribed.</summary>
    public ScriptedScheduler NewScheduler()
    {
        var scheduler = new ScriptedScheduler(Options);
        _schedulers.Add(scheduler);
        return scheduler;
    }

    /// <summary>A scheduler that takes the place of another.</summary>
    public ScriptedScheduler Successor(ScriptedScheduler scheduler)
    {
        var successor = NewScheduler();
        successor.Id = scheduler.Id;
        return successor;
    }

    /// <summary>A subscribed framework; by default one in a role of its own.</summary>
    public async Task<ScriptedScheduler> SubscribedAsync(FrameworkInfo? info = null)
    {
        var scheduler = NewScheduler();
        await scheduler.SubscribeAsync(info ?? Specs.Framework([Unique("role")]));
        return scheduler;
    }

    /// <summary>Asks until it holds. For what no event announces.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(Options.Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            try
            {
                await again.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new ExpectationFailed($"Expected {what}, but it did not become so in time");
            }
        }
    }

    /// <summary>The framework as <c>/frameworks</c> shows it, completed ones with it; null when it is unknown.</summary>
    public async Task<System.Text.Json.JsonElement?> FindFrameworkAsync(FrameworkID id)
    {
        var all = await Operator.GetAsync("/frameworks");
        foreach (var list in new[] { "frameworks", "completed_frameworks" })
        {
            foreach (var framework in all.GetProperty(list).EnumerateArray())
            {
                if (framework.GetProperty("id").GetString() == id.Value)
                {
                    return framework;
                }
            }
        }
        return null;
    }

    /// <summary>Whether an agent says that it can do something, such as TASK_RESOURCE_LIMITS.</summary>
    public async Task<bool> AgentCanAsync(AgentID id, string capability)
    {
        var slaves = await Operator.GetAsync("/slaves");
        return slaves.GetProperty("slaves").EnumerateArray().Single(slave => slave.GetProperty("id").GetString() == id.Value)
            .GetProperty("capabilities").EnumerateArray().Any(name => name.GetString() == capability);
    }

    public Task DisconnectedAsync(ScriptedScheduler scheduler)
    {
        scheduler.Disconnect();
        return EventuallyAsync(
            async () => await FindFrameworkAsync(scheduler.Id!) is not { } framework || !framework.GetProperty("connected").GetBoolean(),
            "the master to notice that the stream is closed");
    }

    public Task RemovedAsync(ScriptedScheduler scheduler) => EventuallyAsync(
        async () => (await Operator.GetAsync("/frameworks")).GetProperty("completed_frameworks").EnumerateArray()
            .Any(framework => framework.GetProperty("id").GetString() == scheduler.Id!.Value),
        "the framework to be completed");

    public async ValueTask DisposeAsync()
    {
        foreach (var scheduler in _schedulers)
        {
            await scheduler.DisposeAsync();
        }
        foreach (var undo in _undo.AsEnumerable().Reverse())
        {
            await undo();
        }
        Operator.Dispose();
        Http.Dispose();
    }
}
