using Mesos.V1;
using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;
using Offerbook.Master.Hosting;
using Offerbook.Master.Tests.Http;
using Offerbook.Wire;
using Credential = Offerbook.Wire.Http.Credential;
using KitCalls = Offerbook.Conformance.Kit.Calls;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>A real master with agents that do what a test says, and the schedulers and operator of the test-kit for it.</summary>
internal sealed class ScriptedCluster : IAsyncDisposable
{
    /// <summary>An agent that has been silent for 5 × 0.2 s is lost.</summary>
    public static readonly MasterSettings Impatient = MasterSettings.Default with { AgentPingInterval = TimeSpan.FromMilliseconds(200) };

    private readonly MessageFormat _format;
    private readonly List<LoopbackAgent> _agents = [];
    private MasterFixture _master;

    private ScriptedCluster(MasterFixture master, MessageFormat format)
    {
        _master = master;
        _format = format;
        Context = NewContext();
    }

    public CaseContext Context { get; private set; }

    public ScriptedOperator Operator => Context.Operator;

    /// <param name="tune">Further options of the master.</param>
    public static async Task<ScriptedCluster> StartAsync(
        MessageFormat format, MasterSettings? settings = null, int agents = 1, Func<MasterOptions, MasterOptions>? tune = null)
    {
        var cluster = new ScriptedCluster(await MasterFixture.StartAsync(settings: settings, tune: tune), format);
        for (var i = 0; i < agents; i++)
        {
            await cluster.JoinAsync($"agent-{i}.example");
        }
        return cluster;
    }

    public async Task<LoopbackAgent> JoinAsync(string hostname, string resources = "cpus:4;mem:4096;disk:4096")
    {
        var agent = new LoopbackAgent(_master.Host.Address, hostname, resources);
        await agent.StartAsync();
        _agents.Add(agent);
        return agent;
    }

    public LoopbackAgent Agent => _agents[0];

    /// <summary>What a principal uses, in the place of <see cref="Context"/>. Whoever asks for it disposes of it.</summary>
    public CaseContext As(Credential credential) => NewContext(credential);

    /// <summary>
    /// Ends the master and starts another on what it left. Streams end; agents and schedulers are brought back by the test.
    /// </summary>
    public async Task RestartMasterAsync(MasterSettings? settings = null)
    {
        var directory = _master.Directory;
        await _master.DisposeAsync();
        foreach (var agent in _agents)
        {
            await agent.DropAsync();
        }
        _master = await MasterFixture.StartAsync(directory, settings);
        Context = NewContext();
    }

    public Task ReturnAsync(LoopbackAgent agent) => agent.StartAsync(_master.Host.Address);

    /// <summary>A subscribed framework with a running task on the agent; what is left of the agent is not offered to it.</summary>
    public async Task<(ScriptedScheduler Scheduler, string Task, AgentID Agent)> RunAsync(
        string command = "sleep 1000", params FrameworkInfo.Types.Capability.Types.Type[] capabilities)
    {
        var scheduler = await Context.SubscribedAsync(Specs.Framework([Context.Unique("role")], capabilities));
        var offer = await scheduler.NextOfferAsync();
        var task = Context.Unique("task");
        await scheduler.SendAsync(KitCalls.Suppress());
        await scheduler.SendAsync(KitCalls.Launch(offer, Specs.Task(offer, task, command)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        return (scheduler, task, offer.AgentId);
    }

    /// <summary>The agent falls silent; returns when the master has given it up.</summary>
    public async Task LoseAsync(LoopbackAgent agent)
    {
        var id = agent.Id!;
        agent.IsSilent = true;
        await Context.EventuallyAsync(
            async () =>
                (await Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetAgents))
                    .GetAgents.Agents.All(known => !known.AgentInfo.Id.Equals(id)),
            "the agent to be given up");
    }

    /// <summary>The agent that was silent comes back with what it runs.</summary>
    public static async Task ComeBackAsync(LoopbackAgent agent)
    {
        await agent.DropAsync();
        agent.IsSilent = false;
        await agent.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }
        await _master.DisposeAsync();
    }

    private CaseContext NewContext(Credential? credential = null) =>
        new(new KitOptions(_master.Host.Address, _format) { Quiet = TimeSpan.FromMilliseconds(250), Credential = credential });
}
