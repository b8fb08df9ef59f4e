using System.Threading.Channels;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Tests.Containers;

public sealed class ProcessEndsTests
{
    private static readonly ContainerId Container = new("c1");

    private readonly Channel<ContainerId> _told = Channel.CreateUnbounded<ContainerId>();
    private ProcessEnds _ends = null!;

    [SetUp]
    public void Open() => _ends = new ProcessEnds(container => _told.Writer.TryWrite(container));

    [TearDown]
    public void Close() => _ends.Dispose();

    [Test]
    public async Task AChild_ThatEnds_IsToldAndCollected()
    {
        var child = Start("exit 3");

        Assert.That(_ends.TryWatch(new ProcessIdentity(child, long.MaxValue), isChild: true, Container), Is.True);

        Assert.That(await NextAsync(), Is.EqualTo(Container));
        Assert.That(ProcessTable.Read(child), Is.Null);
    }

    [Test]
    public async Task AProcess_ThatIsNoChild_IsToldAndLeftToItsParent()
    {
        var child = Start("exec sleep 1000");
        var identity = new ProcessIdentity(child, ProcessTable.Read(child)!.Value.Start);

        Assert.That(_ends.TryWatch(identity, isChild: false, Container), Is.True);
        Native.Signal(child, Native.Kill);

        Assert.That(await NextAsync(), Is.EqualTo(Container));
        Assert.That(ProcessTable.Read(child), Is.Not.Null);
        Assert.That(Native.TryReap(child), Is.True);
    }

    [Test]
    public async Task AProcess_ThatGotTheNumberOfADeadOne_IsNotWatched()
    {
        var child = Start("exec sleep 1000");
        var earlier = new ProcessIdentity(child, ProcessTable.Read(child)!.Value.Start - 1);

        Assert.That(_ends.TryWatch(earlier, isChild: false, Container), Is.False);

        Assert.That(_ends.TryWatch(earlier, isChild: true, Container), Is.True);
        Native.Signal(child, Native.Kill);
        Assert.That(await NextAsync(), Is.EqualTo(Container));
    }

    [Test]
    public async Task Many_AreAllTold()
    {
        const int count = 100;
        for (var i = 0; i < count; i++)
        {
            Assert.That(_ends.TryWatch(new ProcessIdentity(Start("exit 0"), long.MaxValue), isChild: true, new ContainerId($"c{i}")),
                Is.True);
        }

        var told = new HashSet<ContainerId>();
        while (told.Count < count)
        {
            Assert.That(told.Add(await NextAsync()), Is.True);
        }
    }

    private static int Start(string line) => Spawner.Start(HostTools.Shell, ["-c", line], [], "/");

    private async Task<ContainerId> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _told.Reader.ReadAsync(patience.Token);
    }
}
