using System.Collections.Frozen;

namespace Offerbook.Master.Authorization;

/// <summary>What this master asks permission for. Each is a list of <c>--acls</c>, named in <see cref="AclNames"/>.</summary>
public enum AclAction
{
    /// <summary>Subscribe in a role.</summary>
    RegisterFramework,

    /// <summary>Run a task or an executor as a user.</summary>
    RunTask,

    /// <summary>End a framework of a principal.</summary>
    TeardownFramework,

    /// <summary>Reserve for a role.</summary>
    ReserveResources,

    /// <summary>Undo a reservation of a principal.</summary>
    UnreserveResources,

    /// <summary>Make a persistent volume in a role.</summary>
    CreateVolume,

    /// <summary>Destroy a persistent volume of a principal.</summary>
    DestroyVolume,

    /// <summary>Grow or shrink a persistent volume in a role.</summary>
    ResizeVolume,

    /// <summary>See the quota of a role.</summary>
    GetQuota,

    /// <summary>Set the quota of a role.</summary>
    UpdateQuota,

    /// <summary>See a role: its frameworks, weight and reservations.</summary>
    ViewRole,

    /// <summary>Set the weight of a role.</summary>
    UpdateWeight,

    /// <summary>Read an endpoint, by its path.</summary>
    GetEndpoint,

    /// <summary>See frameworks that run as a user.</summary>
    ViewFramework,

    /// <summary>See tasks that run as a user.</summary>
    ViewTask,

    /// <summary>See executors that run as a user.</summary>
    ViewExecutor,

    /// <summary>See the master's flags.</summary>
    ViewFlags,

    /// <summary>Read the master's log.</summary>
    AccessMasterLog,

    /// <summary>Change how much is logged.</summary>
    SetLogLevel,

    /// <summary>Register an agent.</summary>
    RegisterAgent,

    UpdateMaintenanceSchedule,

    GetMaintenanceSchedule,

    StartMaintenance,

    StopMaintenance,

    GetMaintenanceStatus,

    DrainAgent,

    DeactivateAgent,

    ReactivateAgent,

    MarkAgentGone,
}

/// <summary>The lists of <c>--acls</c> and what their entries are about.</summary>
internal static class AclNames
{
    /// <summary>The list, the member of its entries that says what is acted upon, and the action.</summary>
    public static FrozenDictionary<string, (string Object, AclAction Action)> Known { get; } = new Dictionary<string, (string, AclAction)>
    {
        ["register_frameworks"] = ("roles", AclAction.RegisterFramework),
        ["run_tasks"] = ("users", AclAction.RunTask),
        ["teardown_frameworks"] = ("framework_principals", AclAction.TeardownFramework),
        ["reserve_resources"] = ("roles", AclAction.ReserveResources),
        ["unreserve_resources"] = ("reserver_principals", AclAction.UnreserveResources),
        ["create_volumes"] = ("roles", AclAction.CreateVolume),
        ["destroy_volumes"] = ("creator_principals", AclAction.DestroyVolume),
        ["resize_volumes"] = ("roles", AclAction.ResizeVolume),
        ["get_quotas"] = ("roles", AclAction.GetQuota),
        ["update_quotas"] = ("roles", AclAction.UpdateQuota),
        ["view_roles"] = ("roles", AclAction.ViewRole),
        ["update_weights"] = ("roles", AclAction.UpdateWeight),
        ["get_endpoints"] = ("paths", AclAction.GetEndpoint),
        ["view_frameworks"] = ("users", AclAction.ViewFramework),
        ["view_tasks"] = ("users", AclAction.ViewTask),
        ["view_executors"] = ("users", AclAction.ViewExecutor),
        ["view_flags"] = ("flags", AclAction.ViewFlags),
        ["access_mesos_logs"] = ("logs", AclAction.AccessMasterLog),
        ["set_log_level"] = ("level", AclAction.SetLogLevel),
        ["register_agents"] = ("agents", AclAction.RegisterAgent),
        ["update_maintenance_schedules"] = ("machines", AclAction.UpdateMaintenanceSchedule),
        ["get_maintenance_schedules"] = ("machines", AclAction.GetMaintenanceSchedule),
        ["start_maintenances"] = ("machines", AclAction.StartMaintenance),
        ["stop_maintenances"] = ("machines", AclAction.StopMaintenance),
        ["get_maintenance_statuses"] = ("machines", AclAction.GetMaintenanceStatus),
        ["drain_agents"] = ("agents", AclAction.DrainAgent),
        ["deactivate_agents"] = ("agents", AclAction.DeactivateAgent),
        ["reactivate_agents"] = ("agents", AclAction.ReactivateAgent),
        ["mark_agents_gone"] = ("agents", AclAction.MarkAgentGone),
    }.ToFrozenDictionary();

    /// <summary>
    /// Lists that are about agents, resource providers and their disks: one file may serve masters and agents. What they permit or
    /// forbid cannot be done through this master.
    /// </summary>
    public static FrozenSet<string> OfOthers { get; } = new[]
    {
        "create_block_disks", "destroy_block_disks", "create_mount_disks", "destroy_mount_disks", "destroy_raw_disks", "view_containers",
        "view_standalone_containers", "view_resource_providers", "access_sandboxes", "launch_nested_containers_as_user",
        "launch_nested_containers_under_parent_with_user", "launch_nested_container_sessions_as_user",
        "launch_nested_container_sessions_under_parent_with_user", "kill_nested_containers", "wait_nested_containers",
        "remove_nested_containers",
        "attach_containers_input", "attach_containers_output", "launch_standalone_containers", "kill_standalone_containers",
        "wait_standalone_containers", "remove_standalone_containers", "modify_resource_provider_configs", "mark_resource_providers_gone",
        "prune_images",
    }.ToFrozenSet();

    /// <summary>Whether what is acted upon are roles, of which <c>eng/%</c> names all below <c>eng</c>.</summary>
    public static bool IsOfRoles(AclAction action) =>
        action is AclAction.RegisterFramework or AclAction.ReserveResources or AclAction.CreateVolume
        or AclAction.ResizeVolume or AclAction.GetQuota or AclAction.UpdateQuota or AclAction.ViewRole or AclAction.UpdateWeight;
}
