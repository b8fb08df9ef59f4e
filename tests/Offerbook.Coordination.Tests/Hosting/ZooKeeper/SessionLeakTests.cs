using System.Diagnostics;
using Offerbook.Coordination.Hosting.ZooKeeper;
using Offerbook.Coordination.Hosting.ZooKeeper.Native;
using Offerbook.Coordination.Sessions;
using static Offerbook.Coordination.Tests.Hosting.ZooKeeper.Ensemble;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

[TestFixture]
public sealed class SessionLeakTests
{
    private const int Sessions = 1000;
    private const int AtOnce = 10;

    /// <summary>Half of them are closed in the middle of a request, and some before they are open.</summary>
    [Test]
    public async Task ThousandSessions_OpenedAndClosed_LeaveNothingBehind()
    {
        await OpenAndCloseAsync(Sessions / 5);
        var before = Measure();

        await OpenAndCloseAsync(Sessions);

        var after = Measure();
        TestContext.Out.WriteLine($"before {before}, after {after}");
        Assert.That(Callbacks.Count, Is.Zero, "sessions that callbacks could find");
        Assert.That(after.Files, Is.LessThan(before.Files + 50), "open files");
        Assert.That(after.Threads, Is.LessThan(before.Threads + 50), "threads");
        // A client has about 100 kB of its own, so that a leak of each would show as 100 MB.
        Assert.That(after.ResidentBytes, Is.LessThan(before.ResidentBytes + (30L << 20)), "resident memory");
    }

    private static async Task OpenAndCloseAsync(int count)
    {
        var uri = ZooKeeperUri.Parse(Shared.Address("/"));
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var link = new ServiceLink(uri, TimeSpan.FromSeconds(2), message =>
            {
                if (message is ServiceMessage.SessionOpened)
                {
                    opened.TrySetResult();
                }
            });
            link.Carry(new ServiceCall.Open(1));
            if (i % 10 == 0)
            {
                link.Carry(new ServiceCall.Close(1));
                return;
            }
            await opened.Task.WaitAsync(Patience);
            if (i % 2 == 0)
            {
                link.Carry(new ServiceCall.List(1, 1, "/", Watch: true, IsFresh: true));
                link.Carry(new ServiceCall.Read(1, 2, "/"));
            }
        });
    }

    private static (int Files, int Threads, long ResidentBytes) Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        return (Directory.GetFiles("/proc/self/fd").Length, self.Threads.Count, self.WorkingSet64);
    }
}
