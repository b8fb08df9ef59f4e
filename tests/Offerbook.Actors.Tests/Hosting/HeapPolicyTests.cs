using Offerbook.Actors.Hosting;

namespace Offerbook.Actors.Tests.Hosting;

internal sealed class HeapPolicyTests
{
    private const long MiB = 1 << 20;

    private HeapPolicy _policy = null!;

    [SetUp]
    public void Create() => _policy = new HeapPolicy();

    [Test]
    public void Process_ThatAllocates_IsLeftAlone()
    {
        for (var i = 1; i < 20; i++)
        {
            Assert.That(Decide(allocated: i * 100, live: 0, committed: 900, full: 0), Is.EqualTo(HeapStep.None));
        }
    }

    [Test]
    public void Process_ThatWasBusyAndIsQuiet_CollectsOnceAndCompactsOnce()
    {
        Decide(allocated: 5_000, live: 0, committed: 800, full: 0);
        Assert.That(Decide(allocated: 5_001, live: 0, committed: 800, full: 0), Is.EqualTo(HeapStep.Collect));
        Assert.That(Decide(allocated: 5_002, live: 20, committed: 800, full: 1), Is.EqualTo(HeapStep.Compact));
        Assert.That(Decide(allocated: 5_003, live: 20, committed: 30, full: 2), Is.EqualTo(HeapStep.None));
        Assert.That(Decide(allocated: 5_030, live: 20, committed: 30, full: 2), Is.EqualTo(HeapStep.None));
    }

    [Test]
    public void Process_ThatWasCollectedWhileItWasBusy_IsCollectedAgain()
    {
        Decide(allocated: 5_000, live: 300, committed: 800, full: 7);
        Assert.That(Decide(allocated: 5_001, live: 300, committed: 800, full: 8), Is.EqualTo(HeapStep.Collect));
        Assert.That(Decide(allocated: 5_002, live: 20, committed: 800, full: 9), Is.EqualTo(HeapStep.Compact));
    }

    [Test]
    public void Compacting_ThatGainsNothing_IsNotTriedAgain()
    {
        Decide(allocated: 5_000, live: 0, committed: 800, full: 0);
        Decide(allocated: 5_001, live: 0, committed: 800, full: 0);
        Decide(allocated: 5_002, live: 20, committed: 800, full: 1);
        for (var i = 0; i < 5; i++)
        {
            Assert.That(Decide(allocated: 5_003 + i, live: 20, committed: 800, full: 2), Is.EqualTo(HeapStep.None));
        }
    }

    [Test]
    public void LargeHeap_IsNeverHeldUp()
    {
        Decide(allocated: 5_000, live: 0, committed: 2_000, full: 0);
        Assert.That(Decide(allocated: 5_001, live: 0, committed: 2_000, full: 0), Is.EqualTo(HeapStep.Collect));
        Assert.That(Decide(allocated: 5_002, live: 500, committed: 2_000, full: 1), Is.EqualTo(HeapStep.None));
    }

    [Test]
    public void QuietProcess_CollectsAgainWhenEnoughHasComeTogether()
    {
        Decide(allocated: 5_000, live: 0, committed: 800, full: 0);
        Decide(allocated: 5_001, live: 0, committed: 800, full: 0);
        Decide(allocated: 5_011, live: 500, committed: 800, full: 1);
        Assert.That(Decide(allocated: 5_021, live: 500, committed: 800, full: 1), Is.EqualTo(HeapStep.None));
        Assert.That(Decide(allocated: 5_041, live: 500, committed: 800, full: 1), Is.EqualTo(HeapStep.Collect));
    }

    [Test]
    public void QuietProcess_CollectsTwiceMore_WhenPoolsLetGo()
    {
        Decide(allocated: 5_000, live: 0, committed: 800, full: 0);
        Assert.That(Decide(allocated: 5_001, live: 0, committed: 800, full: 0), Is.EqualTo(HeapStep.Collect));
        IsLeftAloneForAMinute(allocated: 5_001, full: 1);
        Assert.That(Decide(allocated: 5_008, live: 150, committed: 200, full: 1), Is.EqualTo(HeapStep.Collect), "after 70 s");
        Assert.That(Decide(allocated: 5_009, live: 150, committed: 200, full: 2), Is.EqualTo(HeapStep.Collect), "after 80 s");
        Assert.That(Decide(allocated: 5_010, live: 30, committed: 200, full: 3), Is.EqualTo(HeapStep.Compact),
            "now it is known to be small");
        Assert.That(Decide(allocated: 5_011, live: 30, committed: 40, full: 4), Is.EqualTo(HeapStep.None));
    }

    [Test]
    public void QuietProcess_ThatIsBusyAgain_BeginsAnew()
    {
        Decide(allocated: 5_000, live: 0, committed: 800, full: 0);
        Decide(allocated: 5_001, live: 0, committed: 800, full: 0);
        Decide(allocated: 6_000, live: 150, committed: 800, full: 1);
        Assert.That(Decide(allocated: 6_001, live: 150, committed: 200, full: 1), Is.EqualTo(HeapStep.Collect));
        IsLeftAloneForAMinute(allocated: 6_001, full: 2);
        Assert.That(Decide(allocated: 6_008, live: 150, committed: 200, full: 2), Is.EqualTo(HeapStep.Collect));
    }

    /// <summary>Six looks at a process that allocates 1 MiB between any two, a look every ten seconds.</summary>
    private void IsLeftAloneForAMinute(long allocated, long full)
    {
        for (var i = 1; i < 7; i++)
        {
            Assert.That(Decide(allocated + i, live: 150, committed: 200, full), Is.EqualTo(HeapStep.None));
        }
    }

    private HeapStep Decide(long allocated, long live, long committed, long full) =>
        _policy.Decide(new HeapReading(allocated * MiB, live * MiB, committed * MiB, full));
}
