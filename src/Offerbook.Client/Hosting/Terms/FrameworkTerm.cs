using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>
/// One term of a framework: its journal, a core recovered from it, and its connection to the master. It ends with everything that is
/// not in the journal, and leaves the tasks alone: the next term, here or elsewhere, takes them up again.
/// </summary>
public sealed class FrameworkTerm<TMessage> : ITerm where TMessage : class
{
    private readonly FrameworkTermOptions<TMessage> _options;
    private readonly IDurableCore<TMessage> _core;
    private readonly SchedulerConnection _connection;
    private readonly IEffectHandler _handler;
    private readonly Task _ready;
    private readonly LeadershipProof? _proof;
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJournal? _journal;
    private CoreRunner<TMessage>? _runner;

    /// <param name="handler">Makes what performs the core's effects, out of the connection that performs some of them.</param>
    /// <param name="ready">What must have happened before clients are served; null: nothing but the recovery.</param>
    public FrameworkTerm(FrameworkTermOptions<TMessage> options, IDurableCore<TMessage> core,
        Func<SchedulerConnection, IEffectHandler> handler, Task? ready = null)
    {
        (_options, _core, _ready) = (options, core, ready ?? Task.CompletedTask);
        _connection = new SchedulerConnection(options.Master with { BeforeSubscribing = ConfirmAsync },
            (signal, stop) => PostAsync(options.Wrap(signal), stop));
        _handler = handler(_connection);
        _proof = options.Incumbency.IsCertain is { } isCertain ? new LeadershipProof(isCertain, options.Time) : null;
    }

    public Task Completion => _broken.Task;

    /// <summary>Posts to the core, waiting for room in its mailbox. For what is part of the term.</summary>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The term is over.</exception>
    public ValueTask PostAsync(TMessage message, CancellationToken cancellation) => _runner!.PostAsync(message, cancellation);

    /// <exception cref="JournalUnavailableException">The store is held by another process, or cannot be reached.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be trusted.</exception>
    public async Task BeginAsync(CancellationToken over)
    {
        _journal = await _options.OpenJournal(over);
        var runner = _runner = new CoreRunner<TMessage>(_core, _handler, _journal, _options.Time,
            observer: new CommitObserver<TMessage>(_options.Observer, _options.Incumbency.Committed), proof: _proof);
        await runner.StartAsync(over);
        Watch(WriteAsync(runner.Completion));
        Watch(_connection.Completion);
        if (await Task.WhenAny(_ready, Completion).WaitAsync(over) == Completion)
        {
            await Completion;
        }
        _options.Gate.Open(runner.TryPost);
    }

    public async Task EndAsync(TermEnd how)
    {
        if (how == TermEnd.GivenUp)
        {
            _options.Gate.Refuse();
        }
        else
        {
            _options.Gate.Close();
            _runner?.Abandon();
        }
        if (_runner is not null)
        {
            // Before what it talks through, so that what it has decided still leaves.
            await _runner.DisposeAsync();
        }
        _options.Gate.Close();
        await _connection.DisposeAsync();
        _proof?.Dispose();
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }
    }

    /// <summary>
    /// A framework that another subscribed for hears so from the master, and would take the subscription back. It may only if nobody has
    /// taken its journal over; or two of them would take turns, each undoing the other.
    /// </summary>
    /// <returns>Why it may not subscribe now; null: it may.</returns>
    private async ValueTask<string?> ConfirmAsync(CancellationToken cancellation)
    {
        try
        {
            await _journal!.ConfirmAsync(_core.PersistenceId, cancellation);
            return null;
        }
        catch (JournalUnavailableException problem)
        {
            return "the journal cannot be asked who leads: " + problem.Message;
        }
    }

    /// <exception cref="DiskFailedException">What this machine's disk holds is not known.</exception>
    private async Task WriteAsync(Task runner)
    {
        try
        {
            await runner;
        }
        catch (JournalUnavailableException failure)
        {
            if (!failure.IsClean && _options.IsOnOwnDisk)
            {
                throw new DiskFailedException(failure);
            }
            // Reads go on from what was known last, unless another can lead.
            _options.Gate.Halt(failure.Message, failure.IsClean);
            throw;
        }
    }

    private void Watch(Task part) => part.ContinueWith(
        ended => _broken.TrySetException(ended.Exception!.InnerException!),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
