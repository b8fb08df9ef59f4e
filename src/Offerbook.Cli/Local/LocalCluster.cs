using System.Net;
using Offerbook.Agent;
using Offerbook.Apps.Hosting;
using Offerbook.Batch.Hosting;
using Offerbook.Cli.Parts;
using Offerbook.Master.Hosting;

namespace Offerbook.Cli.Local;

/// <summary>The parts of a local cluster. They know each other by address only and talk over real HTTP.</summary>
internal sealed class LocalCluster
{
    private readonly List<(IAsyncDisposable Part, Task Completion)> _started = [];

    private LocalCluster()
    {
    }

    public MasterHost Master { get; private set; } = null!;

    public IReadOnlyList<AgentHost> Agents { get; private set; } = [];

    public AppsHost Apps { get; private set; } = null!;

    public BatchHost Batch { get; private set; } = null!;

    /// <exception cref="CliException">A port or a directory cannot be had; what had been started is stopped again.</exception>
    public static async Task<LocalCluster> StartAsync(LocalOptions options, CancellationToken cancellation)
    {
        var resources = LocalResources.PerAgent(options);
        var cluster = new LocalCluster();
        try
        {
            await StartError.ExplainAsync("--data-dir", () => cluster.StartPartsAsync(options, resources, cancellation));
        }
        catch
        {
            await cluster.StopAsync(stopTasks: false);
            throw;
        }
        return cluster;
    }

    /// <summary>Waits until a part dies, and says so; or until cancelled.</summary>
    public async Task FailureOr(CancellationToken cancellation)
    {
        var ended = await Task.WhenAny(_started.Select(started => started.Completion)).WaitAsync(cancellation);
        await ended;
    }

    /// <summary>Stops in reverse order: frameworks first, so that they do not take the agents' going for a loss.</summary>
    public async Task StopAsync(bool stopTasks)
    {
        while (_started.Count > 0)
        {
            var (part, _) = _started[^1];
            _started.RemoveAt(_started.Count - 1);
            if (stopTasks && part is AgentHost agent)
            {
                await StopTasksAsync(agent);
            }
            await part.DisposeAsync();
        }
    }

    private static async Task StopTasksAsync(AgentHost agent)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await agent.KillAllTasksAsync(TimeSpan.FromSeconds(3), limit.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("offerbook: some tasks have not ended in time; they go on running");
        }
    }

    private async Task StartPartsAsync(LocalOptions options, IReadOnlyList<string?> resources, CancellationToken cancellation)
    {
        Master = Track(await MasterHost.StartAsync(new MasterOptions
        {
            DataDirectory = Path.Combine(options.DataDirectory, "master"),
            Port = options.MasterPort,
            Security = options.Credential is { } only ? SecurityOptions.Only(only) : SecurityOptions.None,
        }, cancellation), part => part.Completion);
        var agents = new List<AgentHost>();
        Agents = agents;
        for (var i = 0; i < options.Agents; i++)
        {
            agents.Add(Track(await AgentHost.StartAsync(new AgentOptions(Path.Combine(options.DataDirectory, $"agent-{i + 1}"), [Master.Address])
            {
                Port = options.AgentPort == 0 ? 0 : options.AgentPort + i,
                PortFlag = "--agent-port",
                Credential = options.Credential,
                Resources = resources[i],
                Attributes = options.AgentAttributes.ElementAtOrDefault(i),
                ExtraPath = AppContext.BaseDirectory.TrimEnd('/'),
                // The master is in this very process and up: there is no herd to spread.
                Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(50) },
            }, cancellation), part => part.Completion));
        }
        Apps = Track(await AppsHost.StartAsync(new AppsOptions(Path.Combine(options.DataDirectory, "apps"), [Master.Address])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, options.AppsPort),
            Credential = options.Credential,
        }, cancellation), part => part.Completion);
        Batch = Track(await BatchHost.StartAsync(new BatchOptions(Path.Combine(options.DataDirectory, "batch"), [Master.Address])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, options.BatchPort),
            Credential = options.Credential,
        }, cancellation), part => part.Completion);
    }

    private T Track<T>(T part, Func<T, Task> completion) where T : IAsyncDisposable
    {
        _started.Add((part, completion(part)));
        return part;
    }
}
