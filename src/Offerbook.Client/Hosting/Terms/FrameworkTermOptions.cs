using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Client.Scheduling;
using Offerbook.Storage;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>What a framework's terms are made of.</summary>
/// <param name="OpenJournal">Opens the store. Each term has a journal of its own, as whoever recovers one fences off all others.</param>
/// <param name="Master">How its masters are reached.</param>
/// <param name="Wrap">Makes a message for the core of what comes from the master.</param>
/// <param name="Gate">Opened when the term has begun.</param>
public sealed record FrameworkTermOptions<TMessage>(
    Func<CancellationToken, ValueTask<IJournal>> OpenJournal,
    SchedulerConnectionOptions Master,
    Func<SchedulerSignal, TMessage> Wrap,
    ITermGate<TMessage> Gate)
    where TMessage : class
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told how long turns and appends take.</summary>
    public ICoreObserver<TMessage>? Observer { get; init; }

    /// <summary>
    /// Whether the store is a file of this machine: after a failed write nobody knows what it holds, and the process must end.
    /// </summary>
    public bool IsOnOwnDisk { get; init; }

    public Incumbency Incumbency { get; init; } = new(null, static _ => { });
}
