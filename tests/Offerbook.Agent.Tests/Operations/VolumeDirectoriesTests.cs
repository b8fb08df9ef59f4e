using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Operations;

/// <summary>Directories of volumes on a real disk.</summary>
internal sealed class VolumeDirectoriesTests
{
    private static readonly VolumePath Volume = new("volumes/roles/web shop/v1", false);

    private Yard _yard = null!;

    [SetUp]
    public void Start() => _yard = new Yard();

    [TearDown]
    public async Task Stop() => await _yard.DisposeAsync();

    private async Task<string?> CreateAsync(VolumePath volume)
    {
        _yard.Volumes.Create(new CreateVolumes(Guid.NewGuid(), [volume]));
        return (await _yard.NextAsync<AgentMessage.VolumesReady>()).Problem;
    }

    private async Task<string?> RemoveAsync(VolumePath volume)
    {
        _yard.Volumes.Remove(new RemoveVolumes(Guid.NewGuid(), [volume]));
        return (await _yard.NextAsync<AgentMessage.VolumesReady>()).Problem;
    }

    [Test]
    public async Task Volume_RemovedAndMadeAgain_IsEmpty()
    {
        Assert.That(await CreateAsync(Volume), Is.Null);
        var path = Path.Combine(_yard.Work, "volumes", "roles", "web shop", "v1");
        File.WriteAllText(Path.Combine(path, "old"), "data");
        Assert.That(await RemoveAsync(Volume), Is.Null);
        Assert.That(Directory.Exists(path), Is.False);
        Assert.That(await CreateAsync(Volume), Is.Null);
        Assert.That(Directory.EnumerateFileSystemEntries(path), Is.Empty);
        await _yard.Volumes.DisposeAsync();
        Assert.That(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(path)!), Is.EqualTo(new[] { path }),
            "what was removed is deleted");
    }

    [Test]
    public async Task Mount_Removed_IsEmptiedAndStays()
    {
        var root = Directory.CreateDirectory(Path.Combine(_yard.Work, "mnt")).FullName;
        var mount = new VolumePath(root, true);
        Assert.That(await CreateAsync(mount), Is.Null);
        File.WriteAllText(Path.Combine(root, "old"), "data");
        Assert.That(await RemoveAsync(mount), Is.Null);
        await _yard.Volumes.DisposeAsync();

        Assert.That(Directory.EnumerateFileSystemEntries(root), Is.Empty);
    }

    [Test]
    public async Task Mount_ThatIsNotThere_CannotBeUsed() =>
        Assert.That(await CreateAsync(new VolumePath(Path.Combine(_yard.Work, "nothing"), true)),
            Does.Contain("cannot be made: nothing is mounted there"));

    [Test]
    public async Task Directory_ThatCannotBeMade_SaysWhy()
    {
        File.WriteAllText(Path.Combine(_yard.Work, "volumes"), "in the way");
        Assert.That(await CreateAsync(Volume), Does.Contain("cannot be made"));
    }

    [Test]
    public async Task Task_WithAVolume_WritesIntoIt()
    {
        await CreateAsync(Volume);
        var spec = _yard.Spec(
            "echo kept > data/deep/file") with { Volumes = [new ContainerVolume("data/deep", new VolumeSource.Persistent(Volume))] };
        await _yard.RunToEndAsync(spec);

        Assert.That(File.ReadAllText(Path.Combine(_yard.Work, "volumes/roles/web shop/v1/file")), Is.EqualTo("kept\n"));
    }

    [Test]
    public async Task Task_WithAVolumeThatIsMissing_DoesNotStart()
    {
        _yard.Runner.Launch(_yard.Spec("true") with { Volumes = [new ContainerVolume("data", new VolumeSource.Persistent(Volume))] });
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("is not there"));
    }
}
