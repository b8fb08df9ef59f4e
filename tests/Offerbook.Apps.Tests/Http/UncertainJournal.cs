using Offerbook.Storage;

namespace Offerbook.Apps.Tests.Http;

/// <summary>
/// A journal behind a connection that breaks when the test says so: the events of the write under way are kept, and the writer never
/// hears so. It is not recovered again before the test allows it.
/// </summary>
internal sealed class UncertainJournal(IJournal journal, ConnectionScript script) : IJournal
{
    public async ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        await script.ReconnectAsync(cancellation);
        return await journal.RecoverAsync(persistenceId, cancellation);
    }

    public async ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation)
    {
        await journal.AppendAsync(persistenceId, firstSequence, events, cancellation);
        script.Answer();
    }

    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) =>
        journal.ConfirmAsync(persistenceId, cancellation);

    public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation) =>
        journal.SaveSnapshotAsync(persistenceId, snapshot, cancellation);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}

/// <summary>When a connection breaks, and when it can be made again.</summary>
internal sealed class ConnectionScript
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isBroken;

    /// <summary>Ends when somebody would connect again.</summary>
    public Task Asked => _asked.Task;

    /// <summary>No answer comes any more.</summary>
    public void Break() => _isBroken = true;

    public void Mend() => _mended.TrySetResult();

    public async Task ReconnectAsync(CancellationToken cancellation)
    {
        if (_isBroken)
        {
            _asked.TrySetResult();
            await _mended.Task.WaitAsync(cancellation);
            _isBroken = false;
        }
    }

    /// <exception cref="JournalUnavailableException">The answer is lost.</exception>
    public void Answer()
    {
        if (_isBroken)
        {
            throw new JournalUnavailableException("The connection broke before the answer came.");
        }
    }
}
