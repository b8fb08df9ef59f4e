using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

[CancelAfter(20_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StreamPaceTests
{
    private readonly StreamPace _pace = new();

    [Test]
    public void Wait_AfterARing_EndsAtOnceAndOnlyOnce()
    {
        _pace.Ring();
        _pace.Ring();

        Assert.That(_pace.WaitAsync().IsCompleted, Is.True);
        Assert.That(_pace.WaitAsync().IsCompleted, Is.False);
    }

    [Test]
    public async Task Ring_WhileTheTaskWaits_RunsNothingOnTheCallersThread(CancellationToken cancellation)
    {
        var waiting = ThreadAfterWaitAsync();
        var caller = new Thread(_pace.Ring);

        caller.Start();

        Assert.That(await waiting.WaitAsync(cancellation), Is.Not.EqualTo(caller.ManagedThreadId));
        Assert.That(_pace.ReaderLeft, Is.False);
    }

    [Test]
    public void ReaderLeaves_WhileTheTaskWaits_ItsEndRunsOnTheCallersThread()
    {
        var waiting = ThreadAfterWaitAsync();

        _pace.EndForReader();

        Assert.That(waiting.IsCompleted, Is.True);
        Assert.That(waiting.Result, Is.EqualTo(Environment.CurrentManagedThreadId));
        Assert.That(_pace.ReaderLeft, Is.True);
        Assert.That(_pace.GiveUp.IsCancellationRequested, Is.False, "no exception is needed");
    }

    [Test]
    public void ReaderLeaves_DuringAWrite_TheWriteIsGivenUp()
    {
        using var given = new ManualResetEventSlim();
        using var watch = _pace.GiveUp.Register(given.Set);

        _pace.EndForReader();

        Assert.That(given.Wait(TimeSpan.FromSeconds(10)), Is.True);
        Assert.That(_pace.ReaderLeft, Is.True);
    }

    [Test]
    public void ReaderLeaves_AfterItWasCut_CountsAsCut()
    {
        _pace.Cut();

        _pace.EndForReader();

        Assert.That(_pace.ReaderLeft, Is.False);
    }

    [Test]
    public async Task Readers_WhoLeave_EndOnTheThreadOfDepartures(CancellationToken cancellation)
    {
        using var reader = new CancellationTokenSource();
        using var watch = _pace.Watch(reader.Token);
        var ended = NameAfterWaitAsync();

        await reader.CancelAsync();

        Assert.That(await ended.WaitAsync(cancellation), Is.EqualTo(ReaderDepartures.ThreadName));
    }

    private async Task<int> ThreadAfterWaitAsync()
    {
        await _pace.WaitAsync().ConfigureAwait(false);
        return Environment.CurrentManagedThreadId;
    }

    private async Task<string?> NameAfterWaitAsync()
    {
        await _pace.WaitAsync().ConfigureAwait(false);
        return Thread.CurrentThread.Name;
    }
}
