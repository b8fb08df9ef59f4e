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
    private readonly List<(IAsyncDisposable Part, Task Completion)> _started;

    private LocalCluster(List<(IAsyncDisposable Part, Task Completion)> started) => _started = started;

    public required MasterHost Master { get; init; }

    public required IReadOnlyList<AgentHost> Agents { get; init; }

    public required AppsHost Apps { get; init; }

    public required BatchHost Batch { get; init; }

    /// <exception cref="CliException">A port or a directory cannot be had; what had been started is stopped again.</exception>
    public static async Task<LocalCluster> StartAsync(LocalOptions options, CancellationToken cancellation)
    {
        var resources = LocalResources.PerAgent(options);
        var started = new List<(IAsyncDisposable Part, Task Completion)>();
        try
        {
            return await StartError.ExplainAsync("--data-dir", () => StartPartsAsync(options, resources, started, cancellation));
        }
        catch
        {
            await StopAsync(started, stopTasks: false);
            throw;
        }
    }

    /// <summary>Waits until a part dies, and says so; or until cancelled.</summary>
    public async Task FailureOr(CancellationToken cancellation)
    {
        var ended = await Task.WhenAny(_started.Select(started => started.Completion)).WaitAsync(cancellation);
        await ended;
    }

    /// <summary>Stops in reverse order: frameworks first, so that they do not take the agents' going for a loss.</summary>
    public Task StopAsync(bool stopTasks) => StopAsync(_started, stopTasks);

    private static async Task StopAsync(List<(IAsyncDisposable Part, Task Completion)> started, bool stopTasks)
    {
        while (started.Count > 0)
        {
            var (part, _) = started[^1];
            started.RemoveAt(started.Count - 1);
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

    private static async Task<LocalCluster> StartPartsAsync(LocalOptions options, IReadOnlyList<string?> resources,
        List<(IAsyncDisposable Part, Task Completion)> started, CancellationToken cancellation)
    {
        var master = Track(await MasterHost.StartAsync(new MasterOptions
        {
            DataDirectory = Path.Combine(options.DataDirectory, "master"),
            Port = options.MasterPort,
            Security = options.Credential is { } only ? SecurityOptions.Only(only) : SecurityOptions.None,
        }, cancellation), part => part.Completion);
        var agents = new List<AgentHost>();
        for (var i = 0; i < options.Agents; i++)
        {
            agents.Add(Track(
                await AgentHost.StartAsync(new AgentOptions(Path.Combine(options.DataDirectory, $"agent-{i + 1}"), [master.Address])
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
        var apps = Track(await AppsHost.StartAsync(new AppsOptions(Path.Combine(options.DataDirectory, "apps"), [master.Address])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, options.AppsPort),
            Credential = options.Credential,
        }, cancellation), part => part.Completion);
        var batch = Track(await BatchHost.StartAsync(new BatchOptions(Path.Combine(options.DataDirectory, "batch"), [master.Address])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, options.BatchPort),
            Credential = options.Credential,
        }, cancellation), part => part.Completion);
        return new LocalCluster(started) { Master = master, Agents = agents, Apps = apps, Batch = batch };

        T Track<T>(T part, Func<T, Task> completion) where T : IAsyncDisposable
        {
            started.Add((part, completion(part)));
            return part;
        }
    }
}
