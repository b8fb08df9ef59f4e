using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Storage;

namespace Offerbook.Apps.Core;

/// <summary>The Apps framework's decisions: one synchronous core whose state is the fold of its journal.</summary>
public sealed class AppsCore : IDurableCore<AppsMessage>
{
    private readonly SubscriptionKeeper _keeper;

    public AppsCore(AppsSettings settings, SeededRandom random)
    {
        _keeper = new SubscriptionKeeper(Framework.Describe(settings), settings.Subscription, random.Fork(),
            timer => new AppsMessage.SubscriptionTimedOut(timer));
    }

    public string PersistenceId => "apps";

    public void Recover(Recovery recovery, Now now, Effects effects) => _keeper.Start(now, effects);

    public void Handle(AppsMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case AppsMessage.MasterSignalled signalled:
                _keeper.Receive(signalled.Signal, now, effects);
                break;
            case AppsMessage.SubscriptionTimedOut timedOut:
                _keeper.Elapse(timedOut.Timer, now, effects);
                break;
        }
    }

    /// <summary>Asserts what must hold between any two turns. Costs a walk over all instances; meant for the simulator and tests.</summary>
    /// <exception cref="InvariantViolationException">It does not.</exception>
    public void CheckInvariants()
    {
    }

    /// <summary>For every app, in order of ids: how many instances are wanted, run, and count as healthy.</summary>
    public IReadOnlyList<AppCounts> HealthyCounts() => [];
}

/// <param name="Instances">Wanted.</param>
/// <param name="Running">With a task that runs.</param>
/// <param name="Healthy">Running and, if health checks are defined, last known healthy.</param>
/// <param name="Capacity">Instances that a rolling restart must leave healthy: minimumHealthCapacity × instances, rounded up.</param>
public sealed record AppCounts(string App, int Instances, int Running, int Healthy, int Capacity);
