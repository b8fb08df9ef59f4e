using System.Globalization;
using Offerbook.Actors.Hosting;

namespace Offerbook.Actors.Tests.Hosting;

public sealed class BackThreadsTests
{
    [Test]
    public async Task Work_AndWhatFollowsItsWaits_IsDoneByThreadsThatStandBack()
    {
        using var threads = new BackThreads("back", 1);
        var own = Niceness();
        var (before, after) = (own, own);
        await threads.RunAsync(async () =>
        {
            before = Niceness();
            await Task.Yield();
            after = Niceness();
        });
        var behind = Math.Min(19, own + 5);
        Assert.That((before, after), Is.EqualTo((behind, behind)), "behind what the process has, also when that was made to stand back");
        Assert.That(Niceness(), Is.EqualTo(own), "who waited for it does not stand back");
    }

    [Test]
    public void Threads_LeaveOneProcessorToOthers()
    {
        using var threads = new BackThreads("back");
        Assert.That(threads.MaximumConcurrencyLevel, Is.EqualTo(Math.Max(1, Environment.ProcessorCount - 1)));
    }

    [Test]
    public async Task Room_EndsAtItsBoundAndComesBack()
    {
        using var threads = new BackThreads("back", 1);
        using var mayEnd = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var works = new List<Task>
        {
            threads.RunAsync(() =>
            {
                begun.SetResult();
                mayEnd.Wait();
                return Task.CompletedTask;
            }),
        };
        await begun.Task;
        for (var i = 0; i < BackThreads.MaxWaiting; i++)
        {
            Assert.That(threads.HasRoom, $"{i}");
            works.Add(threads.RunAsync(static () => Task.CompletedTask));
        }
        Assert.That(threads.HasRoom, Is.False);
        mayEnd.Set();
        await Task.WhenAll(works);
        Assert.That(threads.HasRoom);
    }

    /// <summary>Of the calling thread: the 19th field of its line, of which two stand before the end of its name.</summary>
    private static int Niceness()
    {
        var line = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
