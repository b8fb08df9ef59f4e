using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Time;

namespace Offerbook.Actors.Tests.Hosting;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LeadershipProofTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Listener _listener = new();
    private readonly AskedJournal _journal = new();
    private bool _certain = true;
    private LeadershipProof _proof = null!;
    private CoreRunner<Do> _runner = null!;

    [SetUp]
    public async Task SetUp()
    {
        _proof = new LeadershipProof(() => Volatile.Read(ref _certain), _time);
        _runner = new CoreRunner<Do>(new ScriptedCore(), _listener, _journal, _time, proof: _proof);
        await _runner.StartAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task TearDown()
    {
        _runner.Abandon();
        _journal.Answers.Writer.TryWrite(null);
        await _runner.DisposeAsync();
        _proof.Dispose();
    }

    [Test]
    public async Task Effects_OfACertainLeader_LeaveWithoutAskingTheStore()
    {
        Say("first");
        Assert.That(await _listener.NextAsync(), Is.EqualTo("first"));
        Tick(20);
        Say("much later");
        Assert.That(await _listener.NextAsync(), Is.EqualTo("much later"));
        Assert.That(_journal.Asked, Is.Zero);
    }

    [Test]
    public async Task Effects_AfterAPause_WaitUntilTheStoreHasConfirmed()
    {
        Pause(TimeSpan.FromSeconds(5));
        Say("decided by a sleeper");
        await _journal.AskedAsync();
        Assert.That(_listener.HasHeardMore, Is.False);
        _journal.Answers.Writer.TryWrite(null);
        Assert.That(await _listener.NextAsync(), Is.EqualTo("decided by a sleeper"));
        Say("and the next");
        Assert.That(await _listener.NextAsync(), Is.EqualTo("and the next"));
        Assert.That((_journal.Asked, _proof.Gaps), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Effects_OfALeaderFencedWhilePaused_NeverLeave()
    {
        Pause(TimeSpan.FromSeconds(30));
        Say("decided by a sleeper");
        Say("and another");
        await AnswerAsync(new JournalFencedException("another leads"));
        Assert.That(async () => await _runner.Completion.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<JournalFencedException>());
        Assert.That(_listener.HasHeardMore, Is.False);
    }

    [Test]
    public async Task Effects_WhenItPausedAgainWhileTheStoreAnswered_AskOnceMore()
    {
        Pause(TimeSpan.FromSeconds(5));
        Say("held");
        await _journal.AskedAsync();
        Pause(TimeSpan.FromSeconds(5));
        _journal.Answers.Writer.TryWrite(null);
        await _journal.AskedAsync();
        Assert.That(_listener.HasHeardMore, Is.False);
        _journal.Answers.Writer.TryWrite(null);
        Assert.That(await _listener.NextAsync(), Is.EqualTo("held"));
    }

    [Test]
    public async Task Effects_OfASuspendedLeader_LeaveForASecondAfterEachConfirmation()
    {
        Volatile.Write(ref _certain, false);
        Say("1");
        await AnswerAsync();
        Assert.That(await _listener.NextAsync(), Is.EqualTo("1"));
        Tick(3);
        Say("2");
        Assert.That(await _listener.NextAsync(), Is.EqualTo("2"));
        Assert.That(_journal.Asked, Is.EqualTo(1));
        Tick(3);
        Say("3");
        await AnswerAsync();
        Assert.That(await _listener.NextAsync(), Is.EqualTo("3"));
    }

    [Test]
    public async Task Effects_OfASuspendedLeaderWhoseStoreIsLost_WaitForEither()
    {
        Volatile.Write(ref _certain, false);
        Say("held");
        await AnswerAsync(new JournalUnavailableException("the database is away"));
        Volatile.Write(ref _certain, true);
        // The next look comes when the pause between two questions is over.
        while (!_listener.HasHeardMore)
        {
            Tick(1);
            await Task.Yield();
        }
        Assert.That(await _listener.NextAsync(), Is.EqualTo("held"));
        Assert.That(_journal.Asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Append_ThatTheStoreTook_IsAConfirmation()
    {
        Pause(TimeSpan.FromSeconds(5));
        _runner.TryPost(new Do((e, _) => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("durable")); }));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("durable"));
        Assert.That(_journal.Asked, Is.Zero);
    }

    [Test]
    public async Task Abandon_WhileTheStoreIsAsked_LetsNothingOut()
    {
        Pause(TimeSpan.FromSeconds(5));
        Say("held");
        await _journal.AskedAsync();
        _runner.Abandon();
        await _runner.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(_listener.HasHeardMore, Is.False);
        Assert.That(_runner.TryPost(new Do((_, _) => { })), Is.False);
    }

    /// <summary>Lets the store answer the next question: it confirms, or fails.</summary>
    private async Task AnswerAsync(Exception? failure = null)
    {
        await _journal.AskedAsync();
        _journal.Answers.Writer.TryWrite(failure);
    }

    private void Say(string what) => _runner.TryPost(new Do((effects, _) => effects.Add(new Said(what))));

    /// <summary>Quarters of a second in which the process runs.</summary>
    private void Tick(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>Time in which nothing of the process runs: timers fire late, all at its end.</summary>
    private void Pause(TimeSpan time) => _time.Advance(time);

    /// <summary>A store that confirms when the test says so, or fails with what the test gives.</summary>
    private sealed class AskedJournal : IJournal
    {
        private readonly InMemoryJournal _inner = new();
        private readonly SemaphoreSlim _questions = new(0);
        private int _asked;

        public System.Threading.Channels.Channel<Exception?> Answers { get; } =
            System.Threading.Channels.Channel.CreateUnbounded<Exception?>();

        public int Asked => Volatile.Read(ref _asked);

        public async Task AskedAsync() => Assert.That(await _questions.WaitAsync(TimeSpan.FromSeconds(10)), "the store was not asked");

        public ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation) =>
            _inner.RecoverAsync(persistenceId, cancellation);

        public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
            CancellationToken cancellation) =>
            _inner.AppendAsync(persistenceId, firstSequence, events, cancellation);

        public async ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            _questions.Release();
            if (await Answers.Reader.ReadAsync(cancellation) is { } failure)
            {
                throw failure;
            }
        }

        public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation) =>
            _inner.SaveSnapshotAsync(persistenceId, snapshot, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
