using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Networks;
using Offerbook.Agent.Tests.Support;
using FileInfo = System.IO.FileInfo;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>
/// Processes in the network of a pod, which here another process holds, supervised by the program and by the script. It takes root: an
/// agent that is not says so.
/// </summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ProcessNetworkTests(bool script)
{
    private const string Network = "readlink /proc/self/ns/net";

    private static readonly ContainerId Pod = new("pod");

    private Process _holder = null!;
    private ProcessIdentity _identity;
    private Yard _yard = null!;

    [SetUp]
    public async Task Open()
    {
        _holder = Ownership.IsRoot
            ? Process.Start("unshare", ["--net", "sh", "-c", "busybox ip link set lo up; exec sleep 1000"])
            : Process.Start("sleep", ["1000"]);
        await Patiently.Until(() => File.ReadAllText($"/proc/{_holder.Id}/cmdline").StartsWith("sleep", StringComparison.Ordinal),
            "the network is there");
        _identity = new ProcessIdentity(_holder.Id, ProcessTable.Read(_holder.Id)!.Value.Start);
        _yard = new Yard(networks: new PodNetworkOf(_identity), script: script);
    }

    [TearDown]
    public async Task Close()
    {
        await _yard.DisposeAsync();
        _holder.Kill();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    [Test]
    public async Task ATask_IsBornInTheNetwork_WithTheRightsOfAnyOther()
    {
        const string look = Network + "; grep -E 'NoNewPrivs|Cap' /proc/self/status";
        var (within, plain) = (Within(look + "; echo $MESOS_CONTAINER_IP"), _yard.Spec(look));
        if (await IsRefusedAsync(within))
        {
            return;
        }

        _yard.Runner.Launch(within);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Addresses, Is.EqualTo(new[] { PodNetworkOf.Address }));
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(0)));
        await _yard.RunToEndAsync(plain);

        var (inside, outside) = (Lines(within), Lines(plain));
        Assert.That((inside[0], outside[0]), Is.EqualTo((NetworkOf(_holder.Id), NetworkOf(System.Environment.ProcessId))));
        Assert.That(inside[1..^1], Is.EqualTo(outside[1..]), "what it gave up");
        Assert.That(inside[^1], Is.EqualTo(PodNetworkOf.Address));
    }

    [TestCase("nobody", false, false)]
    [TestCase(null, true, false)]
    [TestCase("nobody", true, true)]
    public async Task ATaskThatIsSetUpByMore_IsInTheNetworkToo(string? user, bool ownNumbers, bool limited)
    {
        var spec = Within(Network + "; id -un; ulimit -n") with
        {
            User = user,
            Process = new ProcessSettings
            {
                OwnProcessNumbers = ownNumbers, Limits = limited ? [new ProcessLimit("nofile", 100, 100)] : [],
            },
        };
        if (await IsRefusedAsync(spec))
        {
            return;
        }

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));

        Assert.That(Lines(spec)[..2], Is.EqualTo(new[] { NetworkOf(_holder.Id), user ?? "root" }));
        Assert.That(Lines(spec)[2] == "100", Is.EqualTo(limited));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task WhatIsStartedBesideIt_IsInTheSameNetwork_AlsoByALaterAgent(bool ownNumbers)
    {
        var spec = Within("sleep 1000") with { Process = new ProcessSettings { OwnProcessNumbers = ownNumbers } };
        if (await IsRefusedAsync(spec))
        {
            return;
        }
        var main = await _yard.RunAsync(spec);
        await ExpectBesideAsync(spec, main);

        await _yard.RestartAsync(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Addresses, Is.EqualTo(new[] { PodNetworkOf.Address }));
        await ExpectBesideAsync(spec, main);
        await EndAsync(spec);
        Assert.That(() => _yard.Runner.Checks.NetworkOf(spec.Container),
            Throws.TypeOf<IOException>().With.Message.Contains($"{spec.Container}").And.Message.Contains("does not run"));
    }

    [Test]
    public async Task Probes_GoToTheLoopbackAddressOfThatNetwork()
    {
        var spec = Within("exec busybox httpd -f -p 127.0.0.1:8080");
        if (await IsRefusedAsync(spec))
        {
            return;
        }
        await _yard.RunAsync(spec);
        var results = Channel.CreateUnbounded<AgentMessage>();
        await using var runner = new CheckRunner(_ => _yard.Runner.Checks, message => results.Writer.WriteAsync(message));
        async Task<CheckResult> ProbeAsync(CheckSpec check)
        {
            runner.Run(new RunCheck(spec.Container, CheckPurpose.General, 1, check));
            return ((AgentMessage.CheckFinished)await results.Reader.ReadAsync()).Result;
        }
        var patience = TimeSpan.FromSeconds(20);
        await Patiently.UntilAsync(async () => await ProbeAsync(new CheckSpec.Tcp(8080, false, patience)) is CheckResult.TcpAnswered(true),
            "its server listens");
        using var sockets = new NetworkSockets();
        using var listener = await sockets.CreateAsync(_holder.Id, AddressFamily.InterNetwork);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 8443));
        listener.Listen();
        var served = TlsServer.AnswerOnceAsync(listener, "HTTP/1.1 204 No Content\r\n\r\n");

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", 8080, "/none", false, patience)),
            Is.EqualTo(new CheckResult.HttpAnswered(404)));
        Assert.That(await ProbeAsync(new CheckSpec.Http("https", 8443, "/", false, patience)),
            Is.EqualTo(new CheckResult.HttpAnswered(204)));
        Assert.That(await ProbeAsync(new CheckSpec.Tcp(8081, false, patience)), Is.EqualTo(new CheckResult.TcpAnswered(false)));
        var get = new CommandSpec.Shell("busybox wget -qO- http://127.0.0.1:8080/stdout");
        Assert.That(await ProbeAsync(new CheckSpec.Command(spec, get, [], patience)),
            Is.EqualTo(new CheckResult.CommandExited(0)));
        await served;
        await EndAsync(spec);
    }

    [Test]
    public async Task AHolderThatIsGone_FailsTheLaunch()
    {
        var spec = Within("true");
        await using var without = new Yard(networks: new PodNetworkOf(null), script: script);
        without.Runner.Launch(spec);
        Assert.That((await without.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Is.EqualTo("The task's process could not be started: the holder of pod has ended"));

        _holder.Kill();
        await _holder.WaitForExitAsync();
        _yard.Runner.Launch(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.StartWith("The task's process could not be started: the network that it shares cannot be entered: "));

        var other = new PodNetworkOf(new ProcessIdentity(System.Environment.ProcessId, 1));
        await using var reused = new Yard(networks: other, script: script);
        reused.Runner.Launch(spec);
        Assert.That((await reused.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Is.EqualTo("The task's process could not be started: the container whose network it shares has ended"),
            "its number is another's");
    }

    [Test]
    public void WhetherNetworksCanBeEntered_IsTriedOut() => Assert.That(OtherNetwork.MayBeEntered(), Is.EqualTo(Ownership.IsRoot));

    private async Task ExpectBesideAsync(ContainerSpec spec, int main)
    {
        var nested = _yard.Spec(Network) with { Joins = spec.Container };
        nested = nested with
        {
            Container = spec.Container.Child(nested.Container.Value),
            Sandbox = spec.Sandbox with { Container = spec.Container.Child(nested.Container.Value) },
        };
        Assert.That(await _yard.RunToEndAsync(nested), Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(Lines(nested)[0], Is.EqualTo(NetworkOf(_holder.Id)));
        _yard.Runner.Forget(nested.Container);
        var look = new CommandSpec.Shell($"test $({Network}) = '{NetworkOf(_holder.Id)}'");
        Assert.That(await _yard.Runner.Checks.RunAsync(new CheckSpec.Command(spec, look, [], null), CancellationToken.None), Is.Zero);
        Assert.That(_yard.Runner.Checks.NetworkOf(spec.Container), Is.EqualTo(main));
    }

    private async Task EndAsync(ContainerSpec spec)
    {
        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        await _yard.NextAsync<AgentMessage.ContainerExited>();
    }

    /// <returns>Whether this is all: the agent has no right to enter the network.</returns>
    private async Task<bool> IsRefusedAsync(ContainerSpec spec)
    {
        if (Ownership.IsRoot)
        {
            return false;
        }
        _yard.Runner.Launch(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("cannot be entered"));
        return true;
    }

    private ContainerSpec Within(string line)
    {
        var spec = _yard.Spec(line);
        var id = Pod.Child(spec.Container.Value);
        return spec with
        {
            Container = id, Sandbox = spec.Sandbox with { Container = id }, Joins = Pod, SharesNetwork = true,
            Environment = [new("MESOS_CONTAINER_IP", "10.0.0.1")],
        };
    }

    private string[] Lines(ContainerSpec spec) => _yard.Output(spec).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string NetworkOf(int process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget!;
}
