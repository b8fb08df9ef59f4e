using Offerbook.Agent.Hosting.Docker;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Launches at once are bounded, and what is less urgent can wait for them to be over.</summary>
public sealed class LaunchSlotsTests
{
    [Test]
    public async Task Idle_IsDoneWhileNothingIsLaunched()
    {
        var slots = new LaunchSlots();
        var (first, second) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        Assert.That(slots.Idle.IsCompleted);

        var (a, b) = (slots.RunAsync(() => first.Task, CancellationToken.None), slots.RunAsync(() => second.Task, CancellationToken.None));
        var idle = slots.Idle;
        first.SetResult(1);
        Assert.That(await a, Is.EqualTo(1));
        Assert.That(idle.IsCompleted, Is.False);
        second.SetResult(2);
        Assert.That(await b, Is.EqualTo(2));

        await idle;
        Assert.That(slots.Idle.IsCompleted);
    }

    [Test]
    public async Task ALaunchThatFailsOrIsGivenUp_LeavesItsPlace()
    {
        var slots = new LaunchSlots();
        var blocks = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 32).Select(_ => slots.RunAsync(() => blocks.Task, CancellationToken.None)).ToList();
        using var given = new CancellationTokenSource();
        var waits = slots.RunAsync(() => Task.FromResult(0), given.Token);
        Assert.That(waits.IsCompleted, Is.False, "more than so many at once are not begun");

        await given.CancelAsync();
        Assert.That(async () => await waits, Throws.InstanceOf<OperationCanceledException>());
        blocks.SetException(new IOException());
        foreach (var launch in running)
        {
            Assert.That(async () => await launch, Throws.TypeOf<IOException>());
        }

        Assert.That(slots.Idle.IsCompleted);
        Assert.That(await slots.RunAsync(() => Task.FromResult(7), CancellationToken.None), Is.EqualTo(7));
    }
}
