namespace Offerbook.Agent.Registration;

/// <summary>
/// How an agent's configuration may differ from the one that it registered with (--reconfiguration_policy). Whatever it allows, tasks go
/// on.
/// </summary>
public enum ReconfigurationPolicy
{
    /// <summary>Host name, resources, attributes and fault domain stay as they were.</summary>
    Equal,

    /// <summary>Resources and attributes may be added and may grow; a fault domain may be set.</summary>
    Additive,

    /// <summary>Anything may change, as long as what was reserved and created on the agent still fits.</summary>
    Any,
}
