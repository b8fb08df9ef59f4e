using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Volumes;
using Offerbook.Agent.Sandbox;
using Offerbook.Bench.Harness;
using Offerbook.Wire.Http;
using Offerbook.Wire.Identity;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Checks;

/// <summary>
/// What checks cost an agent: thousands of tasks, each probed once a second by TCP, by HTTP, or by a command. The agent's own
/// runner of checks is measured, against a server in this process and real commands; its core and the tasks are left out.
/// </summary>
public sealed class ChecksBenchmark : IBenchmark
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public string Name => "checks";

    public string Summary => "thousands of tasks with a check each second";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("tasks", "5000", "tasks with TCP and HTTP checks"),
        new("commands", "500", "tasks with command checks"),
        new("seconds", "10", "how long each kind is measured, in seconds"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("offerbook-checks-").FullName;
        await using var server = await HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), _ => Task.CompletedTask,
            null, cancellation);
        var port = server.EndPoint.Port;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(4096);
        var accepting = AcceptAsync(listener);

        await MeasureAsync("tcp", new CheckSpec.Tcp(((IPEndPoint)listener.LocalEndpoint).Port, false, Timeout), run.Int("tasks"),
            _ => null);
        await MeasureAsync("http", new CheckSpec.Http("http", port, "/", false, Timeout), run.Int("tasks"), _ => null);

        var isolation = new IsolationOptions();
        var (files, sandboxes) = (new ContainerFiles(work), new SandboxDirectories(work));
        await using var groups = new ContainerGroups(Isolation.Detect(isolation, work, NullLogger.Instance), isolation,
            NullLogger.Instance);
        await using var launcher = new ProcessLauncher(files, sandboxes, new VolumeMounts(work, sandboxes),
            new HostEnvironment(System.Environment.GetEnvironmentVariables(), null), groups, isolation, "boot", supervisor: null);
        using var checks = new ProcessChecks(launcher, _ => null, _ => null);
        var container = new ContainerId(Guid.NewGuid().ToString());
        var sandbox = new SandboxPath(new AgentId("a"), new FrameworkId("f"), new ExecutorId("e"), container);
        sandboxes.Prepare(sandbox);
        var spec = new ContainerSpec(container, sandbox, new CommandSpec.Shell("true"), null, []);
        await MeasureAsync("command", new CheckSpec.Command(spec, new CommandSpec.Shell("true"), [], Timeout), run.Int("commands"),
            _ => checks);

        listener.Stop();
        await accepting;
        Directory.Delete(work, recursive: true);

        async Task MeasureAsync(string kind, CheckSpec check, int tasks, Func<ContainerId, IContainerChecks?> checksOf)
        {
            run.Progress($"{tasks:N0} tasks with {kind} checks");
            var found = await CheckedTasks.RunAsync(checksOf, check, tasks, TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(run.Int("seconds")), cancellation);
            run.Report($"{kind}_checks", found.PerSecond, "1/s",
                $"{tasks:N0} tasks, each again 1 s after its answer; {found.Wrong} wrong answers");
            run.Report($"{kind}_answer_mean", found.MeanMilliseconds, "ms", "from when it was due");
            run.Report($"{kind}_answer_longest", found.LongestMilliseconds, "ms");
            run.Report($"{kind}_processor_time", found.CpuMicroseconds, "us", "of this process for each check, the server's included");
            run.Report($"{kind}_threads", found.Threads, "threads", "of this process, all together");
        }
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptSocketAsync()).Dispose();
            }
        }
        catch (SocketException) when (!listener.Server.IsBound)
        {
            // It was stopped.
        }
        catch (ObjectDisposedException)
        {
            // It was stopped.
        }
    }
}
