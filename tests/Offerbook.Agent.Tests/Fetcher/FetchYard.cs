using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Fetcher;
using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>A fetcher over a directory of its own and a real HTTP server.</summary>
internal sealed class FetchYard : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<(ContainerId Container, string? Failure)> _ends = Channel.CreateUnbounded<(ContainerId, string?)>();
    private readonly SandboxDirectories _sandboxes;

    private FetchYard(FileHost host, FetchOptions options)
    {
        Host = host;
        Work = Directory.CreateTempSubdirectory("offerbook-fetch-").FullName;
        _sandboxes = new SandboxDirectories(Work);
        Options = options with { FrameworksHome = Work };
        Fetches = new Fetches(Options, Work, _sandboxes, message =>
        {
            var failed = (AgentMessage.ContainerLaunchFailed)message;
            _ends.Writer.TryWrite((failed.Container, failed.Reason));
            return ValueTask.CompletedTask;
        }, NullLogger.Instance);
    }

    public FileHost Host { get; }

    public FetchOptions Options { get; }

    public Fetches Fetches { get; }

    public string Work { get; }

    public static async Task<FetchYard> StartAsync(FetchOptions? options = null) =>
        new(await FileHost.StartAsync(), options ?? new FetchOptions());

    public ContainerSpec Spec(params FetchItem[] items)
    {
        var container = new ContainerId(Guid.NewGuid().ToString());
        var sandbox = new SandboxPath(new AgentId("m1-S0"), new FrameworkId("f1"), new ExecutorId("t1"), container);
        return new ContainerSpec(container, sandbox, new CommandSpec.Shell("true"), null, []) { Fetch = items };
    }

    public string PathOf(ContainerSpec spec, string file = "") => Path.Combine(_sandboxes.PathOf(spec.Sandbox), file);

    public string Read(ContainerSpec spec, string file) => File.ReadAllText(PathOf(spec, file));

    public void Begin(ContainerSpec spec) => Fetches.Begin(spec, () => _ends.Writer.TryWrite((spec.Container, null)));

    /// <summary>Fetches one container's files.</summary>
    /// <returns>Why it failed, or null.</returns>
    public async Task<string?> FetchAsync(ContainerSpec spec)
    {
        Begin(spec);
        return (await NextAsync()).Failure;
    }

    public async Task<(ContainerId Container, string? Failure)> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _ends.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Puts a file on the server.</summary>
    public FetchItem Serve(string path, string content, bool cache = false) => Serve(path, Encoding.UTF8.GetBytes(content), cache);

    public FetchItem Serve(string path, byte[] content, bool cache = false)
    {
        Host.Files[path] = content;
        return new FetchItem(Host.Url(path), Cache: cache);
    }

    public async ValueTask DisposeAsync()
    {
        await Fetches.DisposeAsync();
        await Host.DisposeAsync();
        Directory.Delete(Work, recursive: true);
    }
}
