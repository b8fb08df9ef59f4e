using System.Runtime.ExceptionServices;
using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Coordination.Hosting;

/// <summary>
/// Follows a candidate through an election: begins a term whenever it leads, ends it whenever it does not any more, and lives on.
/// <code>
/// follows ─leads─▶ begins a term ──▶ serves ─┬─ leads no longer, or as another candidate ─▶ ends the term ─▶ follows
///    ▲                  │ fails              ├─ asked to step down ─▶ ends the term ─▶ stands behind all others ─▶ follows
///    └──── rests ◀──────┴────────────────────┴─ fenced off, store lost, too new ─▶ ends the term ─▶ stands behind all others ─▶ rests
/// </code>
/// There is at most one term at a time, and the next begins only when the one before has ended. What else a term dies of is a bug or
/// damage, which another term would meet again: then the keeper faults, and its program ends.
/// </summary>
public sealed class TermKeeper : IAsyncDisposable
{
    /// <summary>What the election service may take to hear that another shall lead. The end of the session does the rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ICandidate _candidate;
    private readonly Func<LeaderInfo, ITerm> _create;
    private readonly TermBackoff _backoff;
    private readonly TimeProvider _time;
    private readonly Action<TermNews> _tell;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstTerm = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private TaskCompletionSource _servingChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _serves;
    private Course? _course;
    private Task _running = Task.CompletedTask;
    private int _failures;
    private int _disposed;

    /// <param name="candidate">Belongs to the keeper from now on: it resigns, and disposes of it.</param>
    /// <param name="create">Makes a term, without beginning anything.</param>
    /// <param name="tell">Told of every beginning and end, one after the other.</param>
    public TermKeeper(ICandidate candidate, Func<LeaderInfo, ITerm> create, TermBackoff backoff, TimeProvider time, Action<TermNews> tell)
    {
        (_candidate, _create, _backoff, _time, _tell) = (candidate, create, backoff, time, tell);
        // Not everybody asks for both.
        _ = _firstTerm.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        _ = _completion.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
    }

    /// <summary>
    /// Ends when the keeper is disposed. Faults when there will be no other term: with what one died of that another would too, or with
    /// an <see cref="ElectionOverException"/>. A faulted keeper wants to be disposed.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Ends when the first term has begun. Faults with whatever keeps it from beginning, also with what is tried again: who stands alone
    /// wants to hear at once what is wrong.
    /// </summary>
    public Task FirstTerm => _firstTerm.Task;

    /// <summary>How the candidate stands.</summary>
    public Standing Standing => _candidate.Standing;

    /// <summary>Whether a term has begun and is not yet being ended.</summary>
    public bool Serves
    {
        get
        {
            lock (_lock)
            {
                return _serves;
            }
        }
    }

    /// <summary>
    /// Waits until the standing, or whether it serves, is another than what is known. What came and went meanwhile may be skipped.
    /// </summary>
    public async Task ChangedAsync(Standing standing, bool serves, CancellationToken cancellation)
    {
        Task changed;
        lock (_lock)
        {
            if (_serves != serves)
            {
                return;
            }
            changed = _servingChanged.Task;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stands = _candidate.ChangedAsync(standing, either.Token).AsTask();
        var first = await Task.WhenAny(stands, changed.WaitAsync(either.Token));
        await either.CancelAsync();
        _ = stands.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        await first;
    }

    /// <summary>Call it once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>
    /// Ends the term, if there is one, in good order, and lets another lead. Returns when the term has ended and the election knows; who
    /// stands alone begins the next.
    /// </summary>
    public Task StepDownAsync()
    {
        lock (_lock)
        {
            return _course?.GiveUp() ?? AskAsync("let another lead", _candidate.StepDownAsync);
        }
    }

    /// <summary>Ends the term in good order, leaves the election so that another leads at once, and returns when that is done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _stopping.CancelAsync();
        await _running;
        await AskAsync("strike this candidate", _candidate.ResignAsync);
        await _candidate.DisposeAsync();
        _firstTerm.TrySetCanceled();
        _completion.TrySetResult();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await ServeAsync(await UntilLeadingAsync());
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // It is being disposed.
        }
        catch (Exception failure)
        {
            _firstTerm.TrySetException(failure);
            _completion.TrySetException(failure);
        }
    }

    private async Task<LeaderInfo> UntilLeadingAsync()
    {
        for (var standing = _candidate.Standing; ; standing = await _candidate.ChangedAsync(standing, _stopping.Token))
        {
            _stopping.Token.ThrowIfCancellationRequested();
            switch (standing)
            {
                // While it is suspended another may lead, whom to take over from would be to depose.
                case Standing.Leads { IsSuspended: false } leads:
                    return leads.Self;
                case Standing.Over over:
                    throw new ElectionOverException(over.Reason);
            }
        }
    }

    private async Task ServeAsync(LeaderInfo self)
    {
        using var course = new Course(_stopping.Token);
        lock (_lock)
        {
            _course = course;
        }
        try
        {
            await ServeAsync(self, course);
        }
        finally
        {
            lock (_lock)
            {
                _course = null;
            }
            course.Answer();
        }
    }

    private async Task ServeAsync(LeaderInfo self, Course course)
    {
        var watch = WatchAsync(self, course);
        var term = _create(self);
        var began = _time.GetTimestamp();
        var failure = await RunAsync(term, self, course);
        var lasted = _time.GetElapsedTime(began);
        SetServes(false);
        course.End();
        await watch;
        var how = failure is not null ? TermEnd.Failed : course.IsLost ? TermEnd.Lost : TermEnd.GivenUp;
        await term.EndAsync(how);
        if (failure is not null)
        {
            await StandAgainAsync(self, failure, lasted, course);
            return;
        }
        _tell(new TermNews.Ended(self, how));
        if (course.IsGivenUp)
        {
            await AskAsync("let another lead", _candidate.StepDownAsync);
        }
    }

    /// <returns>What the term died of; null when its course is over.</returns>
    private async Task<Exception?> RunAsync(ITerm term, LeaderInfo self, Course course)
    {
        try
        {
            var began = _time.GetTimestamp();
            await term.BeginAsync(course.Over);
            course.Over.ThrowIfCancellationRequested();
            SetServes(true);
            _tell(new TermNews.Began(self, _time.GetElapsedTime(began)));
            _firstTerm.TrySetResult();
            await term.Completion.WaitAsync(course.Over);
            return new InvalidOperationException("The term has ended by itself.");
        }
        catch (OperationCanceledException) when (course.Over.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private async Task WatchAsync(LeaderInfo self, Course course)
    {
        try
        {
            var standing = _candidate.Standing;
            while (standing is Standing.Leads leads && leads.Self.Id == self.Id)
            {
                standing = await _candidate.ChangedAsync(standing, course.Over);
            }
            course.Lose();
        }
        catch (OperationCanceledException) when (course.Over.IsCancellationRequested)
        {
            // The term has ended for another reason.
        }
    }

    private async Task StandAgainAsync(LeaderInfo self, Exception failure, TimeSpan lasted, Course course)
    {
        _firstTerm.TrySetException(failure);
        if (failure is not (JournalConflictException or JournalUnavailableException or JournalTooNewException))
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        _failures = lasted >= _backoff.Forgets ? 1 : _failures + 1;
        var rest = _backoff.After(_failures);
        _tell(new TermNews.Failed(self, failure, rest));
        // Whoever can lead shall, while this one rests.
        await AskAsync("let another lead", _candidate.StepDownAsync);
        course.Answer();
        var began = _time.GetTimestamp();
        await Task.Delay(rest, _time, _stopping.Token);
        if (_time.GetElapsedTime(began) - rest > LeadershipProof.Lasts)
        {
            // The process stood still. Its session may be over and another may lead, and the candidate hears of that only by and by: to
            // begin a term on its word would fence that leader off.
            await AskAsync("let another lead", _candidate.StepDownAsync);
        }
    }

    private async Task AskAsync(string request, Func<CancellationToken, ValueTask> ask)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        try
        {
            await ask(patience.Token).AsTask().WaitAsync(patience.Token);
        }
        catch (Exception failure)
        {
            _tell(new TermNews.Unheard(request, failure));
        }
    }

    private void SetServes(bool serves)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_serves == serves)
            {
                return;
            }
            _serves = serves;
            changed = _servingChanged;
            _servingChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    /// <summary>What may put an end to a term from outside. Giving up is asked from any thread; the rest is the keeper's own.</summary>
    private sealed class Course(CancellationToken stopping) : IDisposable
    {
        private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Over => _over.Token;

        public bool IsGivenUp { get; private set; }

        public bool IsLost { get; private set; }

        public Task GiveUp()
        {
            IsGivenUp = true;
            // Not here: whoever asks holds a lock.
            _ = _over.CancelAsync();
            return _answer.Task;
        }

        public void Lose()
        {
            IsLost = true;
            _over.Cancel();
        }

        public void End() => _over.Cancel();

        public void Answer() => _answer.TrySetResult();

        public void Dispose() => _over.Dispose();
    }
}
