using Mesos.V1;
using Offerbook.Master.Frameworks;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Authorization;

/// <summary>Whether an operator may make a call that changes something.</summary>
internal static class CallPermissions
{
    /// <summary>The body of every 403.</summary>
    public const string Forbidden = "403 Forbidden.";

    /// <param name="principalOf">The principal of a framework that a call names, null when it has none or is not known.</param>
    public static bool Allow(Authorizer authorizer, OperatorCall call, string? principal, Func<FrameworkID, string?> principalOf)
    {
        if (authorizer.IsUnrestricted)
        {
            return true;
        }
        return call.Type switch
        {
            Type.Teardown => authorizer.Allows(AclAction.TeardownFramework, principal, principalOf(call.Teardown.FrameworkId)),
            Type.ReserveResources => May(OperationPermissions.ToReserve(call.ReserveResources.Resources))
                && May(OperationPermissions.ToUnreserve(call.ReserveResources.Source)),
            Type.UnreserveResources => May(OperationPermissions.ToUnreserve(call.UnreserveResources.Resources)),
            Type.CreateVolumes => May(OperationPermissions.ToCreate(call.CreateVolumes.Volumes)),
            Type.DestroyVolumes => May(OperationPermissions.ToDestroy(call.DestroyVolumes.Volumes)),
            Type.GrowVolume => May(OperationPermissions.ToResize(call.GrowVolume.Volume)),
            Type.ShrinkVolume => May(OperationPermissions.ToResize(call.ShrinkVolume.Volume)),
            Type.UpdateQuota =>
                authorizer.AllowsAll(AclAction.UpdateQuota, principal, call.UpdateQuota.QuotaConfigs.Select(config => config.Role)),
            Type.SetQuota => authorizer.Allows(AclAction.UpdateQuota, principal, call.SetQuota.QuotaRequest.Role),
            Type.RemoveQuota => authorizer.Allows(AclAction.UpdateQuota, principal, call.RemoveQuota.Role),
            Type.UpdateWeights =>
                authorizer.AllowsAll(AclAction.UpdateWeight, principal,
                    call.UpdateWeights.WeightInfos.Select(weight => weight.Role.Trim())),
            Type.UpdateMaintenanceSchedule => authorizer.Allows(AclAction.UpdateMaintenanceSchedule, principal),
            Type.StartMaintenance => authorizer.Allows(AclAction.StartMaintenance, principal),
            Type.StopMaintenance => authorizer.Allows(AclAction.StopMaintenance, principal),
            Type.DrainAgent => authorizer.Allows(AclAction.DrainAgent, principal),
            Type.DeactivateAgent => authorizer.Allows(AclAction.DeactivateAgent, principal),
            Type.ReactivateAgent => authorizer.Allows(AclAction.ReactivateAgent, principal),
            Type.MarkAgentGone => authorizer.Allows(AclAction.MarkAgentGone, principal),
            _ => true,
        };

        bool May(IEnumerable<Need> needs) => OperationPermissions.Allow(authorizer, principal, needs);
    }

    /// <summary>The text for a framework that may not have the roles that it asks for; null when it may.</summary>
    public static string? RefuseRoles(Authorizer authorizer, FrameworkInfo info)
    {
        if (authorizer.IsUnrestricted)
        {
            return null;
        }
        var roles = FrameworkInfoRules.RolesOf(info);
        return authorizer.AllowsAll(AclAction.RegisterFramework, info.HasPrincipal ? info.Principal : null, roles)
            ? null
            : $"Not authorized to use roles '{{ {string.Join(", ", roles)} }}'";
    }
}
