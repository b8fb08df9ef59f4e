using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Coordination.Hosting;

namespace Offerbook.Apps.Http.Measuring;

/// <summary>Counts what the core asks of the master and of the journal. Written to by the core's shell, read by anybody.</summary>
internal sealed class CoreMeter(TimeProvider time) : ICoreObserver<AppsMessage>
{
    private long _revives;
    private long _suppresses;
    private long _launchGroups;
    private long _reserves;
    private long _events;

    public long Revives => Interlocked.Read(ref _revives);

    public long Suppresses => Interlocked.Read(ref _suppresses);

    /// <summary>Pods launched.</summary>
    public long LaunchGroups => Interlocked.Read(ref _launchGroups);

    /// <summary>Reservations asked for.</summary>
    public long Reserves => Interlocked.Read(ref _reserves);

    /// <summary>Events that the journal has made durable.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>How long each append took, of one event or many.</summary>
    public RequestTimes Appends { get; } = new(time);

    /// <summary>What is known of the way to the store; null, or nothing, when no other candidate reaches it.</summary>
    public Func<StoreReading?>? Store { get; set; }

    public void Called(Call call)
    {
        switch (call.Type)
        {
            case Call.Types.Type.Revive:
                Interlocked.Increment(ref _revives);
                break;
            case Call.Types.Type.Suppress:
                Interlocked.Increment(ref _suppresses);
                break;
            case Call.Types.Type.Accept:
                foreach (var operation in call.Accept.Operations)
                {
                    Count(operation);
                }
                break;
        }
    }

    public void TurnEnded(AppsMessage message, TimeSpan late, TimeSpan duration)
    {
    }

    public void EventsAppended(int count, TimeSpan duration)
    {
        Interlocked.Add(ref _events, count);
        Appends.Add(duration);
    }

    private void Count(Offer.Types.Operation operation)
    {
        if (operation.Type == Offer.Types.Operation.Types.Type.LaunchGroup)
        {
            Interlocked.Increment(ref _launchGroups);
        }
        else if (operation.Type == Offer.Types.Operation.Types.Type.Reserve)
        {
            Interlocked.Increment(ref _reserves);
        }
    }
}
