using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Volumes;

/// <summary>What real processes see of volumes. Where the agent is not root, that it says so is what is tested.</summary>
internal sealed class ContainerVolumeTests
{
    private Yard _yard = null!;
    private string _data = "";

    [SetUp]
    public void Start()
    {
        _yard = new Yard();
        _data = Directory.CreateDirectory(Path.Combine(_yard.Work, "data")).FullName;
        File.WriteAllText(Path.Combine(_data, "words"), "from the host\n");
    }

    [TearDown]
    public async Task Stop() => await _yard.DisposeAsync();

    [Test]
    public async Task HostPath_BelowTheSandbox_IsReadAndWritten()
    {
        var spec = With("cat in/deep/words; echo back > in/deep/answer", new ContainerVolume("in/deep", new VolumeSource.HostPath(_data)));

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));

        Assert.That(_yard.Output(spec), Is.EqualTo("from the host\n"));
        Assert.That(File.ReadAllText(Path.Combine(_data, "answer")), Is.EqualTo("back\n"));
    }

    [Test]
    public async Task ReadOnly_IsEnforcedByTheKernel()
    {
        var spec = With("cat in/words; echo back > in/answer", new ContainerVolume("in", new VolumeSource.HostPath(_data), ReadOnly: true));
        if (await IsRefusedAsync(spec, "read-only"))
        {
            return;
        }
        Assert.That(await ExitAsync(), Is.Not.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(_yard.Output(spec), Is.EqualTo("from the host\n"));
        Assert.That(_yard.Output(spec, "stderr"), Does.Contain("Read-only file system"));
        Assert.That(File.Exists(Path.Combine(_data, "answer")), Is.False);
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(_yard.Sandbox(spec), "in")), Is.Empty,
            "only the container sees the mount");
    }

    [Test]
    public async Task AbsolutePath_IsSeenOnlyByTheContainer()
    {
        var spec = With("cat /mnt/words; echo back > /mnt/answer", new ContainerVolume("/mnt", new VolumeSource.HostPath(_data)));
        if (await IsRefusedAsync(spec, "absolute path"))
        {
            return;
        }
        Assert.That(await ExitAsync(), Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(_yard.Output(spec), Is.EqualTo("from the host\n"));
        Assert.That(File.Exists("/mnt/words"), Is.False);
        Assert.That(File.ReadAllText(Path.Combine(_data, "answer")), Is.EqualTo("back\n"));
    }

    [Test]
    public async Task SingleFile_IsMountedOverASingleFile()
    {
        var spec = With("cat /etc/hostname",
            new ContainerVolume("/etc/hostname", new VolumeSource.HostPath(Path.Combine(_data, "words")), ReadOnly: true));
        if (await IsRefusedAsync(spec, "read-only"))
        {
            return;
        }
        Assert.That(await ExitAsync(), Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(_yard.Output(spec), Is.EqualTo("from the host\n"));
    }

    [Test]
    public async Task Secret_IsItsUsersAlone_AndNeitherInTheSandboxNorThereAfterwards()
    {
        var secret = new VolumeSource.Secret("s3cret"u8.ToArray());
        var spec = With("cat deep/pw; stat -Lc ' %a' deep/pw", new ContainerVolume("deep/pw", secret, ReadOnly: true));
        await _yard.RunAsync(spec);
        var file = Directory.EnumerateFiles(Path.Combine(_yard.Work, "meta/secrets", spec.Container.Value)).Single();
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(file)!).HasFlag(UnixFileMode.OtherExecute), Is.False);
        await _yard.NextAsync<AgentMessage.ContainerExited>();
        Assert.That(_yard.Output(spec), Is.EqualTo("s3cret 600\n"));
        if (Ownership.IsRoot)
        {
            Assert.That(File.ReadAllText(Path.Combine(_yard.Sandbox(spec), "deep/pw")), Is.Empty, "only the container sees the mount");
        }

        // Another agent takes over, which knows nothing of that container.
        await _yard.RestartAsync();
        Assert.That(File.Exists(file), Is.False);
    }

    [Test]
    public async Task Secret_OfAForgottenContainer_IsRemoved()
    {
        var spec = With("true", new ContainerVolume("pw", new VolumeSource.Secret("s3cret"u8.ToArray())));
        await _yard.RunToEndAsync(spec);
        _yard.Runner.Forget(spec.Container);
        await _yard.StopAsync();
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(_yard.Work, "meta/secrets")), Is.Empty);
    }

    [Test]
    public async Task OwnSandbox_BacksAPathOfTheHost()
    {
        var spec = _yard.Spec("echo private > /mnt/file");
        spec = spec with { Volumes = [new ContainerVolume("/mnt", new VolumeSource.InSandbox(spec.Sandbox, "tmp/mine"))] };
        if (await IsRefusedAsync(spec, "absolute path"))
        {
            return;
        }
        Assert.That(await ExitAsync(), Is.EqualTo(new ContainerExit.Exited(0)));
        Assert.That(_yard.Output(spec, "tmp/mine/file"), Is.EqualTo("private\n"));
    }

    [Test, Category("case 192")]
    public async Task ParentsSandbox_IsSharedByItsChildren()
    {
        var parent = _yard.Spec("true");
        await _yard.RunToEndAsync(parent);
        ContainerSpec Child(string line)
        {
            var child = _yard.Spec(line);
            var id = parent.Container.Child(child.Container.Value);
            return child with
            {
                Container = id,
                Sandbox = parent.Sandbox with { Container = id },
                Volumes = [new ContainerVolume("shared", new VolumeSource.InSandbox(parent.Sandbox, "common"))],
            };
        }
        await _yard.RunToEndAsync(Child("echo hello > shared/word"));
        var reader = Child("cat shared/word");
        await _yard.RunToEndAsync(reader);

        Assert.That(_yard.Output(reader), Is.EqualTo("hello\n"));
        Assert.That(_yard.Output(parent, "common/word"), Is.EqualTo("hello\n"));
    }

    [Test]
    public async Task SandboxPath_ThatATaskHasMadeALink_IsRefused()
    {
        var parent = _yard.Spec("ln -s /etc common");
        await _yard.RunToEndAsync(parent);
        var child =
            _yard.Spec("true") with { Volumes = [new ContainerVolume("shared", new VolumeSource.InSandbox(parent.Sandbox, "common"))] };
        _yard.Runner.Launch(child);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("leads out of the sandbox"));
    }

    [Test]
    public async Task Paths_ThatAreNotThere_AreNamed()
    {
        _yard.Runner.Launch(With("true", new ContainerVolume("in", new VolumeSource.HostPath("/nowhere/at/all"))));
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("/nowhere/at/all"));
        _yard.Runner.Launch(With("true", new ContainerVolume("/nowhere/at/all", new VolumeSource.HostPath(_data))));
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.Contain(Ownership.IsRoot ? "no such directory to mount on" : "absolute path"));
    }

    [Test]
    public async Task PersistentVolume_IsReadOnlyIfItSaysSo_AndKeepsItsFilesOverRestarts()
    {
        var volume = new VolumePath("volumes/roles/web/v1", false);
        _yard.Volumes.Create(new CreateVolumes(Guid.NewGuid(), [volume]));
        await _yard.NextAsync<AgentMessage.VolumesReady>();
        await _yard.RunToEndAsync(With("echo kept > data/file", new ContainerVolume("data", new VolumeSource.Persistent(volume))));
        await _yard.RestartAsync();
        var reader = With("cat data/file; touch data/other",
            new ContainerVolume("data", new VolumeSource.Persistent(volume), ReadOnly: true));
        if (await IsRefusedAsync(reader, "read-only"))
        {
            return;
        }
        Assert.That(await ExitAsync(), Is.EqualTo(new ContainerExit.Exited(1)));
        Assert.That(_yard.Output(reader), Is.EqualTo("kept\n"));
    }

    [Test]
    public async Task Container_WithMounts_IsKilledAndRecoveredLikeAnother()
    {
        var spec = With("sleep 1000", new ContainerVolume("/mnt", new VolumeSource.HostPath(_data)));
        if (await IsRefusedAsync(spec, "absolute path"))
        {
            return;
        }
        await _yard.RestartAsync(spec);
        await _yard.NextAsync<AgentMessage.ContainerStarted>();
        _yard.Runner.Signal(spec.Container, ContainerSignal.Terminate);

        Assert.That(await ExitAsync(), Is.EqualTo(new ContainerExit.Signaled(15)));
    }

    private ContainerSpec With(string line, ContainerVolume volume) => _yard.Spec(line) with { Volumes = [volume] };

    /// <summary>Launches; true when the agent has no right to mount, and has said so.</summary>
    private async Task<bool> IsRefusedAsync(ContainerSpec spec, string word)
    {
        _yard.Runner.Launch(spec);
        if (Ownership.IsRoot)
        {
            await _yard.NextAsync<AgentMessage.ContainerStarted>();
            return false;
        }
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.Contain(word).And.Contain("mount namespace"));
        return true;
    }

    private async Task<ContainerExit> ExitAsync() => (await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit;
}
