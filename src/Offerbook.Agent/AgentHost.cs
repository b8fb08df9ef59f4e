using System.Net;
using System.Security.Cryptography;
using Mesos.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Cgroups;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Supervision;
using Offerbook.Agent.Hosting.Docker;
using Offerbook.Agent.Hosting.Fetcher;
using Offerbook.Agent.Hosting.Networks;
using Offerbook.Agent.Hosting.Registration;
using Offerbook.Agent.Hosting.Volumes;
using Offerbook.Agent.Http;
using Offerbook.Agent.Http.Executors;
using Offerbook.Agent.Registration;
using Offerbook.Resources;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Agent;

/// <summary>An agent: its core, its containers, its connection to the master and its HTTP server, in the present process.</summary>
public sealed class AgentHost : IAsyncDisposable
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Beyond the grace period, for the last signals to work and the last ends to be written.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(10);

    private readonly AgentOptions _options;
    private readonly ILogger _logger;
    private readonly List<IAsyncDisposable> _parts;
    private readonly AgentGateway _gateway;
    private int _disposed;

    private AgentHost(AgentOptions options, Uri address, ILogger logger, List<IAsyncDisposable> parts, AgentGateway gateway,
        Task completion)
    {
        (_options, Address, _logger, _parts, _gateway, Completion) = (options, address, logger, parts, gateway, completion);
    }

    /// <summary>Where clients reach the agent.</summary>
    public Uri Address { get; }

    /// <summary>Ends when the host is disposed; faults when the agent dies.</summary>
    public Task Completion { get; }

    /// <summary>
    /// Takes hold of the work directory, takes over what runs there, and begins to register. Returns before the master has answered.
    /// </summary>
    /// <exception cref="FormatException">Resources or attributes are not right.</exception>
    /// <exception cref="AgentStartException">The work directory or the address cannot be used; the message says why and what to
    /// do.</exception>
    public static async Task<AgentHost> StartAsync(AgentOptions options, CancellationToken cancellation = default,
        ILoggerFactory? loggers = null)
    {
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Offerbook.Agent");
        // Disposed in this order's reverse; also when a later step fails.
        var parts = new List<IAsyncDisposable>();
        try
        {
            var work = WorkDirectory.Prepare(options.WorkDirectory);
            var journal = await WorkDirectory.OpenJournalAsync(work, logger, cancellation);
            parts.Add(journal);
            var resources = HostResources.Of(FlagText.Read("resources", options.Resources), work);
            var attributes = AttributeText.Parse(FlagText.Read("attributes", options.Attributes) ?? "");

            var mailbox = new AgentMailbox();
            var gateway = new AgentGateway(mailbox);
            var server = new AgentServer(gateway, work, options, logger);
            parts.Add(server);
            await server.StartAsync(loggers, cancellation);

            var settings = options.Tune(
                options.Executors.ApplyTo(options.Sandboxes.ApplyTo(SettingsOf(options, work, server.Address, resources, attributes))));
            var executors = new ExecutorConnections(mailbox);
            server.Describe(settings, executors);
            var files = new ContainerFiles(work);
            var sandboxes = new SandboxDirectories(work);
            var volumes = new VolumeDirectories(work, mailbox.PostAsync, logger);
            parts.Add(volumes);
            var docker = new DockerContainers(work, sandboxes, volumes, options.Docker, options.Isolation, settings.BootId,
                mailbox.PostAsync, logger);
            var environment = new HostEnvironment(
                options.Executors.Environment is null
                    ? System.Environment.GetEnvironmentVariables() : new Dictionary<string, string>(), options.ExtraPath);
            var groups = new ContainerGroups(Isolation.Detect(options.Isolation, work, logger), options.Isolation, logger);
            parts.Add(groups);
            var launcher = new ProcessLauncher(files, sandboxes, new VolumeMounts(work, sandboxes), environment, groups, options.Isolation,
                settings.BootId,
                NativeSupervisor.Install(files.Supervisor, settings.BootId, logger));
            parts.Add(launcher);
            var fetches = new Fetches(options.Fetch, work, sandboxes, mailbox.PostAsync, logger);
            var processes = new ProcessContainers(
                files, launcher, groups, sandboxes, options.Isolation, settings.BootId, docker.Networks, mailbox.PostAsync,
                TimeProvider.System, logger);
            var sessions = new ProcessSessions(work, sandboxes, new ProcessPreparation(groups, processes, environment, options.Isolation));
            var containers = new ContainerRuntimes(processes, docker, sessions, groups, fetches, mailbox.PostAsync);
            parts.Add(containers);
            parts.Add(fetches);
            var checks = new CheckRunner(containers.ChecksOf, mailbox.PostAsync);
            parts.Add(checks);
            var collector = new SandboxCollector(sandboxes, work, mailbox.PostAsync, logger);
            parts.Add(collector);
            var master = new MasterConnection(options.Masters, options.DetectMaster is { } detect ? await detect() : null,
                options.Credential, mailbox.PostAsync, logger);
            parts.Add(master);

            var core = new AgentCore(settings, new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
            var shell = new AgentShell(master, containers, checks, collector, volumes, gateway, executors);
            var runner = new CoreRunner<AgentMessage>(core, shell, journal, TimeProvider.System);
            mailbox.Attach(runner);
            parts.Add(runner);
            await runner.StartAsync(cancellation);
            master.Watch();
            // The server goes first when the agent stops: its requests wait for the core.
            parts.Remove(server);
            parts.Add(server);
            parts.Add(executors);
            server.Open(containers, containers.Attached, () => ShellCounts.Of(fetches, collector));
            return new AgentHost(options, server.Address, logger, parts, gateway, options.Executors.CleanUp
                ? WatchAsync(runner.Completion, containers.Completion, gateway.KillAllTasksAsync(options.StopGrace, CancellationToken.None))
                : WatchAsync(runner.Completion, containers.Completion));
        }
        catch
        {
            await DisposeAsync(parts);
            throw;
        }
    }

    /// <summary>The agent's state, for tests and for programs that hold the agent.</summary>
    public Task<AgentView> ViewAsync(CancellationToken cancellation = default) => _gateway.ViewAsync(cancellation);

    /// <summary>Kills every task and returns when all have ended. The agent takes no tasks any more.</summary>
    public Task KillAllTasksAsync(TimeSpan grace, CancellationToken cancellation = default) =>
        _gateway.KillAllTasksAsync(grace, cancellation);

    /// <summary>Stops the agent. Tasks go on, unless the options say otherwise.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        if (_options.StopTasksOnExit && !Completion.IsCompleted)
        {
            await StopTasksAsync();
        }
        await DisposeAsync(_parts);
    }

    private async Task StopTasksAsync()
    {
        using var deadline = new CancellationTokenSource(_options.StopGrace + StopMargin);
        try
        {
            await _gateway.KillAllTasksAsync(_options.StopGrace, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            _logger.LogWarning("Some tasks have not ended in time; they are left running and the next agent takes them over.");
        }
    }

    private static async Task DisposeAsync(List<IAsyncDisposable> parts)
    {
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            await parts[i].DisposeAsync();
        }
    }

    private static async Task WatchAsync(params Task[] parts)
    {
        await await Task.WhenAny(parts);
    }

    private static AgentSettings SettingsOf(
        AgentOptions options, string work, Uri address, ResourceBag resources, IReadOnlyList<Mesos.V1.Attribute> attributes)
    {
        var ip = options.AdvertisedAddress
            ?? (options.ListenAddress.Equals(IPAddress.Any) || options.ListenAddress.Equals(IPAddress.IPv6Any)
                ? IPAddress.Loopback : options.ListenAddress);
        var info = new AgentInfo { Hostname = options.Hostname ?? ip.ToString(), Port = address.Port, Checkpoint = true };
        info.Resources.AddRange(resources.ToProto(ResourceFormat.PostRefinement));
        info.Attributes.AddRange(attributes);
        info.Domain = DomainText.Parse(FlagText.Read("domain", options.Domain));
        return new AgentSettings(info, ip.ToString(), File.ReadAllText(BootIdFile).Trim())
        {
            Reconfiguration = options.Reconfiguration,
            MayEnterNetworks = OtherNetwork.MayBeEntered(),
            Oversubscribed = Revocable(FlagText.Read("oversubscribed-resources", options.OversubscribedResources)),
            ExecutorTokenKey = options.Executors.Authenticate
                ? (ReadOnlyMemory<byte>?)ExecutorKeyFile.Of(work, options.Security.JwtSecretKey) : null,
        };
    }

    /// <exception cref="FormatException">The text is not right.</exception>
    private static ResourceBag Revocable(string? text)
    {
        var plain = ResourceBag.Parse(text ?? "");
        return plain.Any(entry => entry.Kind.Traits != ResourceTraits.None || entry.Kind.Disk is not null)
            ? throw new FormatException($"Oversubscribed resources '{text}' must be plain amounts, for instance cpus:4;mem:1024")
            : ResourceBag.Of([.. plain.Select(entry => entry with { Kind = new ResourceKind(entry.Name, revocable: true) })]);
    }
}
