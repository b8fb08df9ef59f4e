using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Sandbox;

/// <summary>Sandboxes on a real disk.</summary>
[Category("case 196")]
internal sealed class SandboxCollectorTests
{
    private readonly Channel<AgentMessage> _messages = Channel.CreateUnbounded<AgentMessage>();
    private string _work = "";
    private SandboxDirectories _sandboxes = null!;
    private SandboxCollector _collector = null!;

    [SetUp]
    public void Start()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-gc-").FullName;
        _sandboxes = new SandboxDirectories(_work);
        _collector = new SandboxCollector(_sandboxes, _work, message => _messages.Writer.WriteAsync(message), NullLogger.Instance);
    }

    [TearDown]
    public async Task Stop()
    {
        await _collector.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [Test]
    public async Task Removal_LeavesNoEmptyDirectoriesAbove_AndOtherRunsAlone()
    {
        var (first, second) = (New("t1"), New("t1"));
        _collector.Remove(first);
        await SettledAsync();
        Assert.That((Directory.Exists(_sandboxes.PathOf(first)), Directory.Exists(_sandboxes.PathOf(second))), Is.EqualTo((false, true)));
        _collector.Remove(second);
        await SettledAsync();

        Assert.That(Directory.Exists(Path.Combine(_work, first.FrameworkDirectory)), Is.False);
        Assert.That(_collector.Counts, Is.EqualTo((0L, 2L, 0L)));
    }

    [Test, Category("case 196")]
    public async Task Links_AreNotFollowed()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_work, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "kept"), new string('x', 5000));
        var sandbox = New("t1");
        Directory.CreateSymbolicLink(Path.Combine(_sandboxes.PathOf(sandbox), "link"), outside);
        File.WriteAllText(Path.Combine(_sandboxes.PathOf(sandbox), "file"), "12345");

        _collector.Measure(sandbox);
        Assert.That(await _messages.Reader.ReadAsync(), Is.EqualTo(new AgentMessage.SandboxMeasured(sandbox.Container, 5)));
        _collector.Remove(sandbox);
        await SettledAsync();

        Assert.That(Directory.Exists(_sandboxes.PathOf(sandbox)), Is.False);
        Assert.That(File.Exists(Path.Combine(outside, "kept")), Is.True);
    }

    [Test]
    public async Task Sandbox_ThatIsGone_HoldsNothing_AndIsNoErrorToRemove()
    {
        var sandbox = PathTo("t9");
        _collector.Remove(sandbox);
        _collector.Measure(sandbox);

        Assert.That(((AgentMessage.SandboxMeasured)await _messages.Reader.ReadAsync()).Bytes, Is.Zero);
        Assert.That(_collector.Counts.Failed, Is.Zero);
    }

    private static SandboxPath PathTo(string task) =>
        new(new AgentId("m1-S0"), new FrameworkId("f1"), new ExecutorId(task), new ContainerId(Guid.NewGuid().ToString()));

    private SandboxPath New(string task)
    {
        var sandbox = PathTo(task);
        _sandboxes.Prepare(sandbox);
        return sandbox;
    }

    /// <summary>Orders are obeyed one after the other: when the disk has been measured, all before it is done.</summary>
    private async Task SettledAsync()
    {
        _collector.MeasureDisk();
        Assert.That(((AgentMessage.DiskMeasured)await _messages.Reader.ReadAsync()).UsedFraction, Is.InRange(0, 1));
    }
}
