using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Sandbox;

/// <summary>A sandbox within another is prepared with the agent's rights in a directory whose owner may put links anywhere.</summary>
public sealed class SandboxLinkTests
{
    private string _work = null!;
    private string _elsewhere = null!;
    private SandboxDirectories _sandboxes = null!;

    [SetUp]
    public void SetUp()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-links-").FullName;
        _elsewhere = Directory.CreateTempSubdirectory("offerbook-elsewhere-").FullName;
        _sandboxes = new SandboxDirectories(_work);
    }

    [TearDown]
    public void TearDown()
    {
        Directory.Delete(_work, recursive: true);
        Directory.Delete(_elsewhere, recursive: true);
    }

    [TestCase("containers", Description = "in the place of the directory of all")]
    [TestCase("containers/inner", Description = "in the place of the sandbox itself")]
    [TestCase("containers/inner/containers", Description = "further in")]
    public void ALinkInTheWay_IsNotFollowed(string planted)
    {
        var outer = Path("c1");
        var link = System.IO.Path.Combine(_sandboxes.Prepare(outer), planted);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, _elsewhere);

        Assert.That(() => _sandboxes.Open(Path("c1.inner.leaf")), Throws.InstanceOf<IOException>().With.Message.Contains("link"));
        Assert.That(() => _sandboxes.Prepare(Path("c1.inner.leaf")), Throws.InstanceOf<IOException>());
        Assert.That(Directory.EnumerateFileSystemEntries(_elsewhere), Is.Empty);
    }

    [Test]
    public void ADirectoryThatIsReplacedMeanwhile_DoesNotLeadAstray()
    {
        using var open = _sandboxes.Open(Path("c1.inner"));
        var containers = System.IO.Path.Combine(_sandboxes.PathOf(Path("c1")), "containers");
        Directory.Move(containers, containers + ".old");
        Directory.CreateDirectory(System.IO.Path.Combine(_elsewhere, "inner"));
        File.CreateSymbolicLink(containers, _elsewhere);

        File.WriteAllText(System.IO.Path.Combine(open.Here, "file"), "");

        Assert.That(File.Exists(containers + ".old/inner/file"), Is.True);
        Assert.That(Directory.EnumerateFileSystemEntries(System.IO.Path.Combine(_elsewhere, "inner")), Is.Empty);
    }

    [Test]
    public async Task ANestedLaunch_WithALinkInItsWay_Fails()
    {
        await using var yard = new Yard();
        var outer = yard.Spec("ln -s /tmp containers; echo made; sleep 1000");
        await yard.RunAsync(outer);
        await Patiently.Until(() => yard.Output(outer) == "made\n", "the link is there");
        var id = outer.Container.Child("leaf");
        var inner = outer with { Container = id, Sandbox = outer.Sandbox with { Container = id }, Joins = outer.Container };

        yard.Runner.Launch(inner);

        Assert.That((await yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("link"));
        Assert.That(Directory.Exists("/tmp/leaf"), Is.False);
    }

    private static SandboxPath Path(string container) =>
        new(new AgentId("S0"), new FrameworkId("f"), new ExecutorId("e"), new ContainerId(container));
}
