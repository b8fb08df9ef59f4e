using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Time;

namespace Offerbook.Actors.Tests.Hosting;

/// <summary>A runner of a scripted core, over a journal that flushes when a test lets it.</summary>
internal abstract class CoreRunnerFixture
{
    protected FakeTimeProvider Time { get; } = new();

    protected Listener Listener { get; private set; } = null!;

    protected GatedJournal Journal { get; private set; } = null!;

    protected ScriptedCore Core { get; private set; } = null!;

    protected CoreRunner<Do> Runner { get; private set; } = null!;

    [SetUp]
    public Task SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        Journal.Permits.Release(1_000_000);
        await Runner.DisposeAsync();
        await Journal.DisposeAsync();
    }

    protected Task Start(GatedJournal? journal = null, Action<Effects>? onRecover = null)
    {
        Listener = new Listener();
        Journal = journal ?? new GatedJournal();
        Core = new ScriptedCore { OnRecover = onRecover ?? (_ => { }) };
        Runner = new CoreRunner<Do>(Core, Listener, Journal, Time, mailboxCapacity: 8);
        return Runner.StartAsync(CancellationToken.None);
    }

    protected void Post(params Action<Effects>[] turns)
    {
        foreach (var turn in turns)
        {
            while (!Runner.TryPost(new Do((e, _) => turn(e))))
            {
                Thread.Yield();
            }
        }
    }

    /// <summary>Waits until everything posted so far has had its turn, and the alarm has been set after it.</summary>
    protected async Task Turned()
    {
        for (var i = 0; i < 2; i++)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(_ => turned.SetResult());
            await turned.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }
}
