using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker;
using Offerbook.Agent.Hosting.Volumes;
using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// Docker containers of an agent with a work directory of its own. A new runner on the same directory is an agent that was restarted.
/// </summary>
internal sealed class DockerYard : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _socket;
    private readonly List<AgentMessage> _seen = [];
    private readonly SandboxDirectories _sandboxes;
    private Channel<AgentMessage> _messages = Channel.CreateUnbounded<AgentMessage>();

    public DockerYard(string socket)
    {
        _socket = socket;
        Work = Directory.CreateTempSubdirectory("offerbook-agent-").FullName;
        _sandboxes = new SandboxDirectories(Work);
        Volumes = new VolumeDirectories(Work, _ => ValueTask.CompletedTask, NullLogger.Instance);
        Runner = Start();
    }

    public string Work { get; }

    public VolumeDirectories Volumes { get; }

    public DockerContainers Runner { get; private set; }

    public string BootId { get; set; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public IsolationOptions Isolation { get; set; } = new();

    /// <summary>Short, because what is tested is that they hold.</summary>
    public EngineTimings Timings { get; set; } = new()
    {
        Probe = TimeSpan.FromSeconds(2), RecoveryPatience = TimeSpan.FromSeconds(20),
    };

    public bool Enabled { get; set; } = true;

    public ContainerSpec Spec(string line, DockerSettings? docker = null) => Spec(new CommandSpec.Shell(line), docker);

    public ContainerSpec Spec(CommandSpec command, DockerSettings? docker = null)
    {
        var container = new ContainerId(Guid.NewGuid().ToString());
        var sandbox = new SandboxPath(new AgentId("m1-S0"), new FrameworkId("f1"), new ExecutorId("t1"), container);
        return new ContainerSpec(container, sandbox, command, null, [new("TASK", "t1"), new("TASK", "t2")]) { Docker = docker
            ?? new DockerSettings(DockerEngine.Image) };
    }

    public string Sandbox(ContainerSpec spec) => _sandboxes.PathOf(spec.Sandbox);

    public string Output(ContainerSpec spec, string file = "stdout") => File.ReadAllText(Path.Combine(Sandbox(spec), file));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether a process of the host, in whatever container, has this command line.</summary>
    public static bool Runs(params string[] words) =>
        Directory.EnumerateDirectories("/proc").Any(process => CommandLine(process) == string.Concat(words.Select(word => word + "\0")));

    public static string Name(ContainerSpec spec) => $"mesos-{spec.Container}";

    public async Task<AgentMessage.ContainerStarted> RunAsync(ContainerSpec spec)
    {
        Runner.Launch(spec);
        return await NextAsync<AgentMessage.ContainerStarted>(spec);
    }

    public async Task<ContainerExit> RunToEndAsync(ContainerSpec spec)
    {
        await RunAsync(spec);
        return await ExitAsync(spec);
    }

    /// <summary>Launches a container that cannot run.</summary>
    /// <returns>What is said to be the reason.</returns>
    public async Task<string> FailAsync(ContainerSpec spec)
    {
        Runner.Launch(spec);
        return (await NextAsync<AgentMessage.ContainerLaunchFailed>(spec)).Reason;
    }

    public async Task<ContainerExit> ExitAsync(ContainerSpec spec) => (await NextAsync<AgentMessage.ContainerExited>(spec)).Exit;

    /// <summary>Waits for the next message about a container, which must be of this kind.</summary>
    public async Task<T> NextAsync<T>(ContainerSpec spec) where T : AgentMessage
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_seen.Find(message => Of(message) == spec.Container) is { } found)
            {
                _seen.Remove(found);
                Assert.That(found, Is.InstanceOf<T>(), found.ToString());
                return (T)found;
            }
            try
            {
                _seen.Add(await _messages.Reader.ReadAsync(patience.Token));
            }
            catch (OperationCanceledException)
            {
                throw new AssertionException($"Waited {Patience} for {typeof(T).Name} of {spec.Container}, and nothing came.");
            }
        }
    }

    /// <summary>Waits for the next message of a kind that is not about how a container runs.</summary>
    public async Task<T> NextAsync<T>() where T : AgentMessage
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_seen.Find(message => message is T) is T found)
            {
                _seen.Remove(found);
                return found;
            }
            _seen.Add(await _messages.Reader.ReadAsync(patience.Token));
        }
    }

    /// <summary>Whether something was said of a container that nobody has asked for.</summary>
    public bool HasMore(ContainerSpec spec)
    {
        while (_messages.Reader.TryRead(out var message))
        {
            _seen.Add(message);
        }
        return _seen.Exists(message => Of(message) == spec.Container);
    }

    public bool Has<T>() where T : AgentMessage
    {
        while (_messages.Reader.TryRead(out var message))
        {
            _seen.Add(message);
        }
        return _seen.Exists(message => message is T);
    }

    /// <summary>Waits for what a test looks at from outside.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.That(patience.IsCancellationRequested, Is.False, $"Waited {Patience} for {what}.");
            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public Task UntilOutputAsync(ContainerSpec spec, string text, string file = "stdout") =>
        UntilAsync(() => File.Exists(Path.Combine(Sandbox(spec), file)) && Output(spec, file).Contains(text, StringComparison.Ordinal),
            $"'{text}' in {file}");

    /// <summary>The agent dies and another starts.</summary>
    public async Task RestartAsync(params ContainerSpec[] recover)
    {
        await StopAsync();
        Runner = Start();
        Runner.Recover(recover);
    }

    public async Task StopAsync()
    {
        await Runner.DisposeAsync();
        _messages = Channel.CreateUnbounded<AgentMessage>();
        _seen.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.That(Runner.Completion.IsFaulted, Is.False, () => $"{Runner.Completion.Exception}");
        await Runner.DisposeAsync();
        await Volumes.DisposeAsync();
        Directory.Delete(Work, recursive: true);
    }

    private DockerContainers Start()
    {
        var messages = _messages;
        return new DockerContainers(Work, _sandboxes, Volumes,
            new DockerOptions { Socket = _socket, Enabled = Enabled, Timings = Timings }, Isolation, BootId, message =>
        {
            messages.Writer.TryWrite(message);
            return ValueTask.CompletedTask;
        }, NullLogger.Instance);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // No process, or one that has ended.
        }
    }

    private static ContainerId? Of(AgentMessage message) => message switch
    {
        AgentMessage.ContainerStarted started => started.Container,
        AgentMessage.ContainerExited exited => exited.Container,
        AgentMessage.ContainerLaunchFailed failed => failed.Container,
        AgentMessage.ContainerNeverStarted never => never.Container,
        _ => null,
    };
}
