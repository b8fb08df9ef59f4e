using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Networks;
using Offerbook.Agent.Hosting.Supervision;
using Offerbook.Agent.Hosting.Volumes;
using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Support;

/// <summary>Real containers in a directory of their own. A new runner on the same directory is an agent that was restarted.</summary>
internal sealed class Yard : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<AgentMessage> _messages = Channel.CreateUnbounded<AgentMessage>();
    private readonly SandboxDirectories _sandboxes;
    private readonly IsolationOptions _isolation;
    private readonly IPodNetworks _networks;
    private readonly ContainerGroups _groups;
    private ProcessContainers _containers;

    /// <param name="networks">Of pods; by default no holder of any runs.</param>
    /// <param name="script">Whether the shell's script supervises, as where no program of the kernel's calls runs.</param>
    public Yard(string? extraPath = null, IsolationOptions? isolation = null, IControlGroups? groups = null, bool script = false,
        IPodNetworks? networks = null)
    {
        _isolation = isolation ?? new IsolationOptions();
        _networks = networks ?? new PodNetworkOf(null);
        Work = Directory.CreateTempSubdirectory("offerbook-agent-").FullName;
        Files = new ContainerFiles(Work);
        _sandboxes = new SandboxDirectories(Work);
        Volumes = new VolumeDirectories(Work, message => _messages.Writer.WriteAsync(message), NullLogger.Instance);
        Cgroups = groups ?? Isolation.Detect(_isolation, Work, NullLogger.Instance);
        _groups = new ContainerGroups(Cgroups, _isolation, NullLogger.Instance);
        Launcher = new ProcessLauncher(Files, _sandboxes, new VolumeMounts(Work, _sandboxes),
            new HostEnvironment(System.Environment.GetEnvironmentVariables(), extraPath),
            _groups, _isolation, BootId, script ? null : NativeSupervisor.Install(Files.Supervisor, BootId, NullLogger.Instance));
        _containers = Start();
    }

    public string Work { get; }

    public ContainerFiles Files { get; }

    public VolumeDirectories Volumes { get; }

    public ProcessLauncher Launcher { get; }

    public IControlGroups Cgroups { get; }

    public ContainerGroups Groups => _groups;

    public ProcessContainers Runner => _containers;

    public string BootId { get; set; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public ContainerSpec Spec(string line, params (string Name, string Value)[] environment) =>
        Spec(new CommandSpec.Shell(line), environment);

    public ContainerSpec Spec(CommandSpec command, params (string Name, string Value)[] environment)
    {
        var container = new ContainerId(Guid.NewGuid().ToString());
        var sandbox = new SandboxPath(new AgentId("m1-S0"), new FrameworkId("f1"), new ExecutorId("t1"), container);
        return new ContainerSpec(container, sandbox, command, null,
            [.. environment.Select(variable => KeyValuePair.Create(variable.Name, variable.Value))]);
    }

    public string Sandbox(ContainerSpec spec) => _sandboxes.PathOf(spec.Sandbox);

    public string Output(ContainerSpec spec, string file = "stdout") => File.ReadAllText(Path.Combine(Sandbox(spec), file));

    /// <summary>Launches and waits until the container runs.</summary>
    public async Task<int> RunAsync(ContainerSpec spec)
    {
        _containers.Launch(spec);
        return (await NextAsync<AgentMessage.ContainerStarted>()).Pid;
    }

    /// <summary>Launches and waits for the end.</summary>
    public async Task<ContainerExit> RunToEndAsync(ContainerSpec spec)
    {
        await RunAsync(spec);
        return (await NextAsync<AgentMessage.ContainerExited>()).Exit;
    }

    public async Task<T> NextAsync<T>() where T : AgentMessage
    {
        using var patience = new CancellationTokenSource(Patience);
        AgentMessage message;
        try
        {
            message = await _messages.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new AssertionException($"Waited {Patience} for {typeof(T).Name}, and nothing came.");
        }
        Assert.That(message, Is.InstanceOf<T>());
        return (T)message;
    }

    public bool HasMore => _messages.Reader.TryPeek(out _);

    /// <summary>The agent dies and another starts.</summary>
    public async Task RestartAsync(params ContainerSpec[] recover)
    {
        await _containers.DisposeAsync();
        _containers = Start();
        _containers.Recover(recover);
    }

    public async Task StopAsync() => await _containers.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        // What a failed test left running belongs to nobody and is killed.
        await RestartAsync();
        await _containers.DisposeAsync();
        await Launcher.DisposeAsync();
        await _groups.DisposeAsync();
        Directory.Delete(Work, recursive: true);
    }

    private ProcessContainers Start() => new(Files, Launcher, _groups, _sandboxes, _isolation, BootId, _networks, message =>
    {
        _messages.Writer.TryWrite(message);
        return ValueTask.CompletedTask;
    }, TimeProvider.System, NullLogger.Instance);
}
