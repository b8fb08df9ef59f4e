using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>
/// Makes a definition of a draft: deprecated members are rewritten, absent ones taken from the existing app (a partial update) or
/// from the defaults, and what the server invents is filled in (networks, default ports, the port index of health checks …).
/// The definition keeps the existing version info; <c>TreeUpdate</c> decides on a new one.
/// </summary>
public static class AppAssembly
{
    /// <summary>What carries the port mappings of an app that brings no container to its container network.</summary>
    public static Container ImagelessContainer { get; } = new(EngineType.Mesos, null, null, [], []);

    /// <param name="existing">Whose members stand in for absent ones; null for a whole definition.</param>
    /// <param name="errors">Takes what makes no sense; then the result is good for finding further errors only.</param>
    public static AppDefinition Assemble(AppDraft submitted, AppDefinition? existing, DraftContext context, PathErrors errors)
    {
        var draft = LegacyMembers.Rewrite(submitted, context.Path, errors);
        var basis = existing ?? new AppDefinition { Id = context.Id, Role = context.DefaultRole };
        var networking = NetworkAssembly.Assemble(draft, existing, context, errors);
        var hasPorts = networking.PortDefinitions.Count > 0 || networking.Container is { PortMappings.Count: > 0 };
        var app = basis with
        {
            Id = context.Id,
            Cmd = CommandOf(draft, basis),
            Args = ArgsOf(draft, basis),
            User = draft.User ?? basis.User,
            Env = draft.Env ?? basis.Env,
            Instances = draft.Instances ?? basis.Instances,
            Resources = new InstanceResources(draft.Cpus ?? basis.Resources.Cpus, draft.Mem ?? basis.Resources.Mem,
                draft.Disk ?? basis.Resources.Disk, draft.Gpus ?? basis.Resources.Gpus),
            ExecutorResources = draft.ExecutorResources,
            ResourceLimits = draft.ResourceLimits,
            Executor = draft.Executor ?? basis.Executor,
            Constraints = draft.Constraints is null ? basis.Constraints
                : ConstraintText.Parse(draft.Constraints, context.Path + "/constraints", errors),
            Preferences = draft.Preferences is null ? basis.Preferences
                : PreferenceText.Parse(draft.Preferences, context.Path + "/preferences", errors),
            Fetch = draft.Fetch ?? basis.Fetch,
            Networks = networking.Networks,
            Container = networking.Container,
            PortDefinitions = networking.PortDefinitions,
            RequirePorts = networking.IsHost && (draft.RequirePorts ?? basis.RequirePorts),
            Backoff = new Backoff(draft.BackoffSeconds ?? basis.Backoff.Seconds, draft.BackoffFactor ?? basis.Backoff.Factor,
                draft.MaxLaunchDelaySeconds ?? basis.Backoff.MaxLaunchDelaySeconds),
            HealthChecks = draft.HealthChecks?.Select(check => Complete(check, hasPorts)).ToValueSet() ?? basis.HealthChecks,
            Check = draft.Check ?? basis.Check,
            ReadinessChecks = draft.ReadinessChecks ?? basis.ReadinessChecks,
            TaskKillGracePeriodSeconds = draft.TaskKillGracePeriodSeconds ?? basis.TaskKillGracePeriodSeconds,
            Dependencies = draft.Dependencies?.Select(context.Base.Resolve).ToValueSet() ?? basis.Dependencies,
            Labels = draft.Labels ?? basis.Labels,
            AcceptedResourceRoles = draft.AcceptedResourceRoles?.ToValueSet() ?? basis.AcceptedResourceRoles,
            Secrets = draft.Secrets ?? basis.Secrets,
            KillSelection = draft.KillSelection ?? basis.KillSelection,
            Tty = draft.Tty ?? basis.Tty,
            RunOnce = draft.RunOnce ?? basis.RunOnce,
            Daemon = draft.Daemon ?? basis.Daemon,
            Role = draft.Role ?? basis.Role,
            Deployment = draft.Deployment is null ? basis.Deployment : draft.Deployment.IsEmpty ? null : draft.Deployment,
        };
        return app with
        {
            Instances = Daemons.DaemonCount.Normalise(app).Instances,
            UpgradeStrategy = draft.UpgradeStrategy ?? UpgradeStrategyOf(app, existing),
            UnreachableStrategy = draft.UnreachableStrategy ?? UnreachableStrategyOf(app, existing),
        };
    }

    /// <summary>A partial update from <c>cmd</c> to <c>args</c> replaces the one by the other, as both together are never right.</summary>
    private static string? CommandOf(AppDraft draft, AppDefinition basis) =>
        draft.Cmd ?? (draft.Args is { Count: > 0 } ? null : basis.Cmd);

    private static ValueList<string> ArgsOf(AppDraft draft, AppDefinition basis) =>
        draft.Args ?? (draft.Cmd is null ? basis.Args : []);

    private static HealthCheck Complete(HealthCheckDraft draft, bool hasPorts)
    {
        var check = draft.HasProtocol || draft.Check.Command is null ? draft.Check : draft.Check with { Protocol = HealthProtocol.Command };
        return check.NeedsPort && hasPorts && check is { Port: null, PortIndex: null } ? check with { PortIndex = 0 } : check;
    }

    /// <summary>An app that has just become resident cannot keep the defaults of one that is not.</summary>
    private static UpgradeStrategy UpgradeStrategyOf(AppDefinition app, AppDefinition? existing)
    {
        var preset = HasVolumes(app) ? UpgradeStrategy.ForVolumes : UpgradeStrategy.Default;
        return existing is null || (HasVolumes(app) && !HasVolumes(existing)) ? preset : existing.UpgradeStrategy;
    }

    private static UnreachableStrategy UnreachableStrategyOf(AppDefinition app, AppDefinition? existing)
    {
        var preset = app.IsResident ? new UnreachableStrategy.Disabled() : UnreachableStrategy.Default;
        return existing is null || (app.IsResident && !existing.IsResident) ? preset : existing.UnreachableStrategy;
    }

    private static bool HasVolumes(AppDefinition app) => app.IsResident || app.ExternalVolumes.Any();
}
