using System.Text;
using Offerbook.Actors.Hosting;
using Offerbook.Storage;

namespace Offerbook.Actors.Tests.Hosting;

/// <summary>An effect that the handler notes.</summary>
internal sealed record Said(string What) : IEffect;

/// <summary>Does what the test's messages tell it to: a message is a function over its effects.</summary>
internal sealed record Do(Action<Effects, Now> What);

internal sealed class ScriptedCore : IDurableCore<Do>
{
    public List<string> Replayed { get; } = [];

    public Action<Effects> OnRecover { get; init; } = _ => { };

    public string PersistenceId => "scripted";

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
        Replayed.AddRange(recovery.Events.Select(e => Encoding.UTF8.GetString(e.Payload.Span)));
        OnRecover(effects);
    }

    public void Handle(Do message, Now now, Effects effects) => message.What(effects, now);

    public static Persist Persist(string text) => new(new JournalRecord("E/1", Encoding.UTF8.GetBytes(text)));
}

/// <summary>A journal whose appends finish when the test says so.</summary>
internal sealed class GatedJournal : IJournal
{
    private readonly InMemoryJournal _inner = new();

    /// <summary>One permit lets one append through.</summary>
    public SemaphoreSlim Permits { get; } = new(0);

    /// <summary>When set, one permit lets one snapshot be saved.</summary>
    public SemaphoreSlim? SavePermits { get; set; }

    public List<int> BatchSizes { get; } = [];

    public List<long> Snapshots { get; } = [];

    public Exception? Failure { get; set; }

    public Exception? SaveFailure { get; set; }

    public ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation) =>
        _inner.RecoverAsync(persistenceId, cancellation);

    public async ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation)
    {
        await Permits.WaitAsync(cancellation);
        if (Failure is not null)
        {
            throw Failure;
        }
        await _inner.AppendAsync(persistenceId, firstSequence, events, cancellation);
        BatchSizes.Add(events.Count);
    }

    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) => ValueTask.CompletedTask;

    public async ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        await (SavePermits?.WaitAsync(cancellation) ?? Task.CompletedTask);
        if (SaveFailure is not null)
        {
            throw SaveFailure;
        }
        await _inner.SaveSnapshotAsync(persistenceId, snapshot, cancellation);
        Snapshots.Add(snapshot.Sequence);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}

/// <summary>Notes what was said, and lets the test await it.</summary>
internal sealed class Listener : IEffectHandler
{
    private readonly System.Threading.Channels.Channel<string> _heard = System.Threading.Channels.Channel.CreateUnbounded<string>();

    public Action<string> OnSaid { get; set; } = _ => { };

    public void Perform(IEffect effect)
    {
        var what = ((Said)effect).What;
        OnSaid(what);
        _heard.Writer.TryWrite(what);
    }

    public bool HasHeardMore => _heard.Reader.Count > 0;

    /// <summary>The next thing said; fails the test when nothing is said for 10 s.</summary>
    public async Task<string> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _heard.Reader.ReadAsync(patience.Token);
    }
}
