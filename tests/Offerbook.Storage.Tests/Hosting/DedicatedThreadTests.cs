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
}
