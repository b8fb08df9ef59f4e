using System.Collections.Concurrent;
using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Tests.Hosting;

/// <summary>Who runs when, on the thread and beside it.</summary>
internal sealed class DedicatedThreadTests
{
    /// <summary>A caller without pause, whose every piece of work leaves another behind: none may be kept out for long.</summary>
    [Test]
    public async Task WorkInPlace_WithoutPause_KeepsNobodyOut()
    {
        await using var thread = new DedicatedThread("test");
        var done = 0;
        for (var i = 0; i < 20_000; i++)
        {
            await thread.RunInPlace(() => thread.RunAsync(() => ++done));
        }
        await thread.RunAsync(() => true);
        Assert.That(done, Is.EqualTo(20_000));
    }

    /// <summary>
    /// The slices of a snapshot are given to the thread one behind the other; an append waits for the one under way, not for all.
    /// </summary>
    [Test]
    public async Task WorkInPlace_BehindMuchThatWasGiven_WaitsForOnePieceOnly()
    {
        for (var round = 0; round < 100; round++)
        {
            await using var thread = new DedicatedThread("test");
            using var mayEnd = new ManualResetEventSlim();
            var order = new ConcurrentQueue<string>();
            var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = thread.RunAsync(() =>
            {
                underWay.SetResult();
                order.Enqueue("under way");
                return mayEnd.Wait(TimeSpan.FromSeconds(20));
            });
            await underWay.Task;
            var given = Enumerable.Range(0, 10).Select(_ => thread.RunAsync(() =>
            {
                order.Enqueue("given");
                return true;
            })).ToArray();
            var caller = new Thread(() => thread.RunInPlace(() =>
            {
                order.Enqueue("in place");
                return true;
            }));
            caller.Start();
            Assert.That(SpinWait.SpinUntil(() => caller.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(20)),
                Is.True, "the caller in place waits for its turn");
            mayEnd.Set();
            Assert.That(await first, Is.True);
            await Task.WhenAll(given);
            caller.Join();
            Assert.That(order.Take(2), Is.EqualTo(new[] { "under way", "in place" }), $"round {round}");
        }
    }
}
