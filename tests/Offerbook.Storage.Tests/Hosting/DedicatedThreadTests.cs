using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Tests.Hosting;

/// <summary>Who runs when, on the thread and beside it.</summary>
internal sealed class DedicatedThreadTests
{
    [Test]
    public async Task WorkInPlace_WhenSomethingWaits_ComesAfterIt()
    {
        await using var thread = new DedicatedThread("test");
        for (var round = 0; round < 100; round++)
        {
            using var gate = new ManualResetEventSlim();
            var order = new List<string>();
            var first = thread.RunAsync(() => gate.Wait(TimeSpan.FromSeconds(30)));
            var second = thread.RunAsync(() => Add(order, "given"));
            var third = Task.Run(() => thread.RunInPlace(() => Add(order, "in place")));
            gate.Set();
            await Task.WhenAll(first, second, third);
            Assert.That(order, Is.EqualTo(new[] { "given", "in place" }));
        }
    }

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

    private static bool Add(List<string> order, string what)
    {
        order.Add(what);
        return true;
    }
}
