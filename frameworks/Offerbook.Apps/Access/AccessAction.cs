namespace Offerbook.Apps.Access;

/// <summary>What may be done to an app, pod or group.</summary>
public enum AccessAction
{
    /// <summary>See it, its tasks, its deployments and its events.</summary>
    View,

    /// <summary>Make one where none is.</summary>
    Create,

    /// <summary>Change its definition, its number of instances included.</summary>
    Update,

    /// <summary>Remove it.</summary>
    Delete,

    /// <summary>Kill tasks, restart, forget delays, and steer its deployments; the definition stays.</summary>
    Run,
}
