using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>Real processes, under both supervisors.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ProcessContainersTests(bool script)
{
    private Yard _yard = null!;

    [SetUp]
    public void Open() => _yard = new Yard("/opt/extra", script: script);

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [TestCase("exit 0", 0)]
    [TestCase("exit 3", 3)]
    [TestCase("exit 143", 143)]
    [TestCase("nosuchcommand", 127)]
    public async Task Exit_IsTold(string command, int code)
    {
        Assert.That(await _yard.RunToEndAsync(_yard.Spec(command)), Is.EqualTo(new ContainerExit.Exited(code)));
    }

    [TestCase("kill -TERM $$", 15)]
    [TestCase("kill -KILL $$", 9)]
    [TestCase("kill -SEGV $$", 11)]
    [TestCase("kill -INT $$", 2)]
    public async Task DeathBySignal_IsTold(string command, int signal)
    {
        Assert.That(await _yard.RunToEndAsync(_yard.Spec(command)), Is.EqualTo(new ContainerExit.Signaled(signal)));
    }

    [TestCase(130)]
    [TestCase(141)]
    public async Task AProgramThatExitsAsShellsTellASignal_IsNotTakenForKilled(int code)
    {
        var exit = await _yard.RunToEndAsync(_yard.Spec($"exit {code}"));

        // The one thing that the script cannot know.
        Assert.That(exit, Is.EqualTo(script ? new ContainerExit.Signaled(code - 128) : (ContainerExit)new ContainerExit.Exited(code)));
    }

    [Test]
    public async Task AProgramThatDoesNotExist_FailsToLaunch()
    {
        var spec = _yard.Spec(new CommandSpec.Program("/no/such/program", []));
        if (script)
        {
            Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(127)));
            Assert.That(_yard.Output(spec, "stderr"), Does.Contain("/no/such/program"));
            return;
        }
        _yard.Runner.Launch(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("/no/such/program"));
    }

    [TestCase("./plain", "one")]
    [TestCase("echo", "one")]
    public async Task AProgram_IsFoundAsInAShell(string file, string output)
    {
        var spec = _yard.Spec(new CommandSpec.Program(file, ["one"]), ("PATH", "/no/such:/bin"));
        var sandbox = Directory.CreateDirectory(_yard.Sandbox(spec)).FullName;
        await File.WriteAllTextAsync(Path.Combine(sandbox, "plain"), "echo \"$1\"\n");
        File.SetUnixFileMode(Path.Combine(sandbox, "plain"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(_yard.Output(spec).Trim(), Is.EqualTo(output));
    }

    [Test]
    public async Task Output_GoesToTheSandbox_WhichIsTheWorkingDirectory()
    {
        var spec = _yard.Spec("pwd; echo oops >&2; cat");

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo(_yard.Sandbox(spec) + "\n"), "and there is nothing to read");
        Assert.That(_yard.Output(spec, "stderr"), Is.EqualTo("oops\n"));
        Assert.That(File.GetUnixFileMode(_yard.Sandbox(spec)), Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute));
        Assert.That(new FileInfo(Path.Combine(_yard.Work, spec.Sandbox.Latest)).LinkTarget, Is.EqualTo(spec.Container.Value));
    }

    [Test]
    public async Task Latest_PointsToTheNewestRunOfAnExecutor()
    {
        await _yard.RunToEndAsync(_yard.Spec("true"));
        var second = _yard.Spec("true");

        await _yard.RunToEndAsync(second);

        Assert.That(new FileInfo(Path.Combine(_yard.Work, second.Sandbox.Latest)).LinkTarget, Is.EqualTo(second.Container.Value));
    }

    [Test]
    public async Task Arguments_ReachTheProgramUntouched()
    {
        var spec = _yard.Spec(new CommandSpec.Program("printf", ["[%s]", "a b", "$HOME", "'\"*"]));

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo("[a b][$HOME]['\"*]"));
    }

    [Test]
    public async Task Environment_IsTheTasks_WithTheExtraPathLast()
    {
        var spec = _yard.Spec("echo $SECRET $MESOS_SANDBOX; echo $PATH", ("SECRET", "s3cret"), ("MESOS_SANDBOX", "mine"),
            ("PATH", "/usr/bin:/bin"));

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo("s3cret mine\n/usr/bin:/bin:/opt/extra\n"));
    }

    [Test]
    public async Task Variables_OfAnyName_ReachTheTask()
    {
        // Two that a POSIX shell cannot hold, some that the supervisor might use itself, two that would mislead it.
        (string Name, string Value)[] variables =
            [("a.b", "1"), ("0", "2 \n 2"), ("record", "3"), ("status", "4"), ("stat", "5"), ("LD_LIBRARY_PATH", "/none"), ("IFS", "s")];
        var spec = _yard.Spec(new CommandSpec.Program("env", ["-0"]), variables);

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec).Split('\0'), Is.SupersetOf(variables.Select(variable => $"{variable.Name}={variable.Value}")));
    }

    [Test]
    public async Task AMisleadingVariable_ReachesTheTaskAndNotItsSupervisor()
    {
        var spec = _yard.Spec("echo $LD_PRELOAD; sleep 1000", ("LD_PRELOAD", "/no/such/library.so"));
        await _yard.RunAsync(spec);
        var supervisor = _yard.Files.Read(spec.Container)!.Supervisor!.Value.Pid;

        // A program without libraries heeds none, and hands on what it was given.
        Assert.That(File.ReadAllText($"/proc/{supervisor}/environ").Contains("LD_PRELOAD"), Is.EqualTo(!script));
        await Until(() => _yard.Output(spec) == "/no/such/library.so\n", "the task has its variable");
    }

    [Test]
    public async Task AProgram_CanBeRunUnderAnotherName()
    {
        var spec = _yard.Spec(new CommandSpec.Program("sh", ["-c", "echo $0; tr '\\0' ' ' </proc/$$/cmdline"]) { Name = "-other name" });

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Does.StartWith("-other name\n-other name -c "));
    }

    [Test]
    public async Task Secrets_AreInNoArguments()
    {
        await _yard.RunAsync(_yard.Spec("sleep 30", ("SECRET", "s3cret")));

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            Assert.That(ReadIfThere(process + "/cmdline"), Does.Not.Contain("s3cret"));
        }
    }

    [Test]
    public async Task AnUnknownUser_FailsTheLaunchByName()
    {
        _yard.Runner.Launch(_yard.Spec("true") with { User = "nobody-at-all" });

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("'nobody-at-all' does not exist"));
    }

    [Test]
    public async Task ASandboxThatCannotBeWritten_FailsTheLaunchWithTheReason()
    {
        var spec = _yard.Spec("true");
        Directory.CreateDirectory(_yard.Sandbox(spec) + "/stdout");

        _yard.Runner.Launch(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("stdout"));
    }

    [Test]
    public async Task AnArgumentThatIsTooLong_FailsTheLaunch()
    {
        _yard.Runner.Launch(_yard.Spec("true " + new string('x', 200_000)));

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.StartWith("The task's process could not be started"));
    }

    [Test]
    public async Task Terminate_ReachesTheWholeProcessGroup()
    {
        var spec = _yard.Spec("sleep 1000 & sleep 1000; wait");
        var pid = await _yard.RunAsync(spec);
        await Until(() => Members(pid).Count >= 3, "the children have started");

        _yard.Runner.Signal(spec.Container, ContainerSignal.Terminate);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(15)));
        await Until(() => Members(pid).Count == 0, "nothing is left");
    }

    [Test]
    public async Task Kill_EndsATaskThatIgnoresTerm_AndItsOtherProcessGroups()
    {
        // `set -m` gives background jobs process groups of their own within the session.
        var spec = _yard.Spec(
            new CommandSpec.Program("bash", ["-c", "trap '' TERM; set -m; sleep 1000 & echo ready; while :; do sleep 1000; done"]));
        var pid = await _yard.RunAsync(spec);
        await Until(() => File.Exists(_yard.Sandbox(spec) + "/stdout") && _yard.Output(spec) == "ready\n" && Members(pid).Count >= 3,
            "the task is ready");
        _yard.Runner.Signal(spec.Container, ContainerSignal.Terminate);

        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(9)));
        await Until(() => Members(pid).Count == 0, "nothing is left");
    }

    [Test]
    public async Task Background_ProcessesEndWithTheirTask()
    {
        var spec = _yard.Spec("sleep 1000 & exit 4");

        var pid = await _yard.RunAsync(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(4)));

        await Until(() => Members(pid).Count == 0, "nothing is left");
    }

    [Test]
    public async Task Tasks_DoNotInheritIgnoredSignals()
    {
        var spec = _yard.Spec("grep SigIgn /proc/self/status");

        await _yard.RunToEndAsync(spec);

        var mine = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn", StringComparison.Ordinal)).Split('\t')[1];
        var ignored = Convert.ToInt64(_yard.Output(spec).Split('\t')[1].Trim(), 16);
        const long interruptAndQuit = 0b110;
        // Unless this very test was started with them ignored.
        Assert.That(ignored & interruptAndQuit & ~Convert.ToInt64(mine, 16), Is.Zero);
    }

    [Test]
    public async Task Supervisor_TakesLessThanFourMegabytes()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        var supervisor = _yard.Files.Read(spec.Container)!.Supervisor!.Value.Pid;

        var resident = File.ReadLines($"/proc/{supervisor}/status").Single(line => line.StartsWith("VmRSS", StringComparison.Ordinal));

        Assert.That(int.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]), Is.LessThan(4 * 1024));
    }

    [Test]
    public async Task EndedSupervisors_AreCollected()
    {
        var spec = _yard.Spec("true");
        await _yard.RunToEndAsync(spec);
        var supervisor = _yard.Files.Read(spec.Container)!.Supervisor!.Value;

        await Until(() => ProcessTable.Read(supervisor.Pid) is not { } left || !supervisor.Matches(left), "no zombie stays");
    }

    [Test]
    public async Task Forget_DropsTheRecordAndKeepsTheSandbox()
    {
        var spec = _yard.Spec("true");
        await _yard.RunToEndAsync(spec);

        _yard.Runner.Forget(spec.Container);

        await Until(() => _yard.Files.List().Count == 0, "the record is gone");
        Assert.That(Directory.Exists(_yard.Sandbox(spec)), Is.True);
    }

    private static List<int> Members(int session) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && ProcessTable.Read(pid) is { Ended: false } stat && stat.Session == session)];

    /// <summary>Processes come and go without telling anybody: looks again, for a while.</summary>
    private static async Task Until(Func<bool> condition, string what)
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (condition())
            {
                return;
            }
            await Task.Delay(10);
        }
        Assert.Fail($"Waited 10 s until {what}.");
    }

    private static string ReadIfThere(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
