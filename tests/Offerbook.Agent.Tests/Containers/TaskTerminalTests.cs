using System.Threading.Channels;
using Mesos.V1.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>Processes with a terminal: attached to, recorded, and outliving the agent. Under both supervisors.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class TaskTerminalTests(bool script)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Yard _yard = null!;

    [SetUp]
    public void Open() => _yard = new Yard(script: script);

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [Test]
    public async Task ATerminal_IsTheProcess_ControllingOne_OfTheSizeAskedFor()
    {
        var spec = WithTerminal("tty; stty size; ps -o tty= -p $$; echo error >&2; echo TERM=$TERM; ls /proc/self/fd | tr '\\n' ' '");

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));

        var lines = _yard.Output(spec).Split("\r\n");
        Assert.That(lines[0], Does.StartWith("/dev/pts/"));
        Assert.That(lines[1], Is.EqualTo("24 80"));
        Assert.That("/dev/" + lines[2].Trim(), Is.EqualTo(lines[0]));
        Assert.That(lines[3..5], Is.EqualTo(new[] { "error", "TERM=xterm" }));
        Assert.That(lines[5], Is.EqualTo("0 1 2 3 "), "and has no descriptor of its agent's");
    }

    [Test]
    public async Task WhoAttaches_ReadsAndTypes_AndResizes()
    {
        var spec = WithTerminal("stty -echo; echo ready; read word; echo got $word; read word; stty size; exit 3");
        await _yard.RunAsync(spec);
        var terminal = (await _yard.Runner.TerminalOfAsync(spec.Container))!;
        var reader = terminal.Attach();
        await UntilAsync(() => _yard.Output(spec).Contains("ready"));
        var process = terminal.TryEnterInput()!;
        Assert.That(terminal.TryEnterInput(), Is.Null, "one at a time may type");

        await process.WriteAsync("tree\n"u8.ToArray(), CancellationToken.None);
        process.Resize(new TerminalSize(50, 132));
        await process.WriteAsync("\n"u8.ToArray(), CancellationToken.None);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(3)));
        Assert.That(await ReadAsync(reader), Does.EndWith("got tree\r\n50 132\r\n"));
        Assert.That(_yard.Output(spec), Is.EqualTo("ready\r\ngot tree\r\n50 132\r\n"), "it is recorded as well, before the end is told");
        Assert.That(await _yard.Runner.TerminalOfAsync(spec.Container), Is.Null);
    }

    [Test]
    public async Task ATerminal_OutlivesTheAgent_AsFarAsItMay()
    {
        var spec = WithTerminal("trap '' HUP; stty -echo; echo one; read word; echo two $word");
        var pid = await _yard.RunAsync(spec);
        await UntilAsync(() => _yard.Output(spec).Contains("one"));

        await _yard.RestartAsync(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Pid, Is.EqualTo(pid));
        var terminal = await _yard.Runner.TerminalOfAsync(spec.Container);
        if (!Ownership.IsRoot)
        {
            Assert.That(terminal is null || terminal.HasTerminal, "without rights it depends on the kernel's settings");
            _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
            await _yard.NextAsync<AgentMessage.ContainerExited>();
            return;
        }
        var reader = terminal!.Attach();
        await terminal.TryEnterInput()!.WriteAsync("more\n"u8.ToArray(), CancellationToken.None);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(await ReadAsync(reader), Is.EqualTo("two more\r\n"));
        Assert.That(_yard.Output(spec), Is.EqualTo("one\r\ntwo more\r\n"));
    }

    [Test]
    public async Task WhatIsWrittenWithoutAnAgent_IsReadByTheNext()
    {
        var spec = WithTerminal($"trap '' HUP; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo meanwhile; touch done; sleep 1000");
        await _yard.RunAsync(spec);
        await UntilAsync(() => _yard.Output(spec).Contains("begun"));
        await _yard.StopAsync();
        await File.WriteAllTextAsync(_yard.Sandbox(spec) + "/go", "");
        await UntilAsync(() => File.Exists(_yard.Sandbox(spec) + "/done"));
        Assert.That(_yard.Output(spec), Is.EqualTo("begun\r\n"));

        await _yard.RestartAsync(spec);

        await _yard.NextAsync<AgentMessage.ContainerStarted>();
        if (Ownership.IsRoot)
        {
            await UntilAsync(() => _yard.Output(spec).EndsWith("meanwhile\r\n", StringComparison.Ordinal));
        }
        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(9)));
    }

    [Test]
    public async Task AnotherUser_MayUseItsTerminal()
    {
        var spec = WithTerminal("id -un; echo to the terminal >/dev/tty") with { User = "nobody" };

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));

        Assert.That(_yard.Output(spec), Does.EndWith("to the terminal\r\n"));
        Assert.That(_yard.Output(spec).StartsWith("nobody", StringComparison.Ordinal), Is.EqualTo(Ownership.IsRoot));
    }

    [Test]
    public async Task AContainerWithoutATerminal_IsNotAttachedTo()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);

        Assert.That(await _yard.Runner.TerminalOfAsync(spec.Container), Is.Null);
    }

    private ContainerSpec WithTerminal(string line) =>
        _yard.Spec(line) with { Process = new ProcessSettings { Terminal = new TerminalSize(24, 80) } };

    private static async Task<string> ReadAsync(OutputReader reader)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = "";
        await foreach (var record in reader.Records.ReadAllAsync(patience.Token))
        {
            var io = ProcessIO.Parser.ParseFrom(Payload(record.Frame(Offerbook.Wire.MessageFormat.Protobuf)));
            text += io.Data.Data_.ToStringUtf8();
        }
        return text;
    }

    /// <summary>What is behind a record's length.</summary>
    private static byte[] Payload(ReadOnlyMemory<byte> frame) => frame[(frame.Span.IndexOf((byte)'\n') + 1)..].ToArray();

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
