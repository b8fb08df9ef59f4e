namespace Offerbook.Master.Offers;

/// <summary>How an offer ended, as the offer book tells it. Numbers are stored: never change one, add new ones at the end.</summary>
public enum OfferEnd
{
    /// <summary>The framework took it with at least one operation. What it did not use went back.</summary>
    Accepted = 1,

    /// <summary>The framework refused it, by DECLINE or by an ACCEPT without operations.</summary>
    Declined = 2,

    /// <summary>Nobody answered within <see cref="MasterSettings.OfferTimeout"/>; rescinded.</summary>
    TimedOut = 3,

    /// <summary>Rescinded for a reason that has no name of its own here.</summary>
    Rescinded = 4,

    /// <summary>Rescinded: the agent's stream broke or was opened anew.</summary>
    AgentDisconnected = 5,

    /// <summary>Rescinded: the agent became unreachable, left, or was marked gone.</summary>
    AgentLost = 6,

    /// <summary>Rescinded: an operator drains or deactivated the agent.</summary>
    AgentDeactivated = 7,

    /// <summary>Rescinded: what the agent has to give has changed, by itself or by an operator's operation.</summary>
    AgentChanged = 8,

    /// <summary>Rescinded: the agent's maintenance was scheduled or has changed.</summary>
    MaintenanceChanged = 9,

    /// <summary>Rescinded: resources were wanted back for a quota.</summary>
    QuotaChanged = 10,

    /// <summary>Rescinded: the framework left the role.</summary>
    RoleLeft = 11,

    /// <summary>Dropped without a word: the framework's stream broke.</summary>
    FrameworkDisconnected = 12,

    /// <summary>Dropped without a word: the framework opened a newer stream.</summary>
    FrameworkFailedOver = 13,

    /// <summary>Dropped without a word: the framework was torn down or timed out.</summary>
    FrameworkRemoved = 14,

    /// <summary>Dropped: it was named in an ACCEPT that was refused as a whole.</summary>
    InvalidAccept = 15,

    /// <summary>It was out when the master stopped, which made it void.</summary>
    MasterStopped = 16,

    /// <summary>Rescinded: an operator changed weights, so that others may come first.</summary>
    WeightsChanged = 17,

    /// <summary>Rescinded: the agent said that it can take no new work, because the engine that runs its containers hangs, say.</summary>
    AgentDegraded = 18,
}
