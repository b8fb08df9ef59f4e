using Offerbook.Actors;
using Offerbook.Storage;

namespace Offerbook.Simulation.Tests.Nodes;

internal abstract record TallyMessage
{
    internal sealed record Count(byte By) : TallyMessage;

    internal sealed record CountTwice(byte By) : TallyMessage;

    internal sealed record CountUnsafely(byte By) : TallyMessage;

    internal sealed record Ring(string Name, TimeSpan After) : TallyMessage;

    internal sealed record Rang(string Name) : TallyMessage;
}

internal sealed record Counted(int Sum) : IEffect;

internal sealed record Bell(string Name, Now At) : IEffect;

/// <summary>The smallest durable core: a sum. An unsafe count answers before it persists.</summary>
internal sealed class Tally : IDurableCore<TallyMessage>
{
    public int Sum { get; private set; }

    public string PersistenceId => "tally";

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
        Sum = recovery.Snapshot?.Record.Payload.Span[0] ?? 0;
        foreach (var record in recovery.Events)
        {
            Sum += record.Payload.Span[0];
        }
    }

    public void Handle(TallyMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case TallyMessage.Count count:
                Add(count.By, effects);
                effects.Add(new Counted(Sum));
                break;
            case TallyMessage.CountTwice count:
                Add(count.By, effects);
                Add(count.By, effects);
                effects.Add(new Counted(Sum));
                break;
            case TallyMessage.CountUnsafely count:
                effects.Add(new Counted(Sum + count.By));
                Add(count.By, effects);
                break;
            case TallyMessage.Ring ring:
                effects.Add(new StartTimer(ring.Name, ring.After, new TallyMessage.Rang(ring.Name)));
                break;
            case TallyMessage.Rang rang:
                effects.Add(new Bell(rang.Name, now));
                break;
        }
    }

    private void Add(byte by, Effects effects)
    {
        Sum += by;
        effects.Add(new Persist(new JournalRecord("Added/1", new[] { by })));
    }
}
