namespace Offerbook.Apps.Matching;

public enum AcceptedRolesDefault
{
    /// <summary>What is reserved to the app's role, and what is reserved to nobody.</summary>
    Any,

    /// <summary>Only what is reserved to nobody.</summary>
    Unreserved,

    /// <summary>Only what is reserved to the app's role.</summary>
    Reserved,
}

/// <summary>What offers are judged, and tasks made, by.</summary>
public sealed record MatchSettings
{
    /// <summary>Base URL of this API, given to tasks as <c>OFFERBOOK_APPS_URL</c>; null leaves it out.</summary>
    public string? AppsUrl { get; init; }

    /// <summary>Put before HOST and the PORT variables.</summary>
    public string EnvironmentPrefix { get; init; } = "";

    /// <summary>Runs the tasks of apps that name no user; null leaves it to the agent.</summary>
    public string? User { get; init; }

    /// <summary>The framework's, which reservations and volumes must name; null when it has none.</summary>
    public string? Principal { get; init; }

    /// <summary>For apps without acceptedResourceRoles.</summary>
    public AcceptedRolesDefault AcceptedRoles { get; init; } = AcceptedRolesDefault.Any;

    /// <summary>Agents with GPUs are kept for apps that want some; an app's label <c>GPU_SCHEDULING_BEHAVIOR</c> says otherwise.</summary>
    public bool GpusAreScarce { get; init; } = true;

    /// <summary>Refuse offers of agents whose maintenance has begun.</summary>
    public bool MaintenanceMode { get; init; } = true;

    /// <summary>Refuse them so long before it begins.</summary>
    public TimeSpan DrainingTime { get; init; } = TimeSpan.Zero;

    /// <summary>Network of container/bridge apps run by the Mesos engine.</summary>
    public string BridgeName { get; init; } = "mesos-bridge";
}
