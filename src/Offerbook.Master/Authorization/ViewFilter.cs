using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Authorization;

/// <summary>
/// What one principal may see of the cluster. What it may not see is left out without a word, as if it were not there. A view is
/// filtered as a whole and rendered by what renders every view, so that no endpoint can forget to ask; it costs a walk over
/// frameworks, tasks and agents.
/// </summary>
internal sealed class ViewFilter(Authorizer authorizer, string? principal)
{
    public bool ShowsRole(string role) => authorizer.Allows(AclAction.ViewRole, principal, role);

    public bool ShowsFramework(FrameworkInfo framework) => authorizer.Allows(AclAction.ViewFramework, principal, framework.User);

    public bool ShowsTasksOf(string user) => authorizer.Allows(AclAction.ViewTask, principal, user);

    public static string UserOf(TaskModel task, FrameworkInfo framework) => task.Spec.HasUser ? task.Spec.User : framework.User;

    public MasterView Apply(MasterView view)
    {
        var frameworks = view.Frameworks.Where(framework => ShowsFramework(framework.Info))
            .ToDictionary(framework => framework.Id, framework => framework.Info);
        return view.Showing(
            BlockList<AgentView>.Of(view.Agents.Select(agent => Show(agent, frameworks))),
            BlockList<AgentInfo>.Of(view.RecoveredAgents.Select(Show)),
            BlockList<FrameworkView>.Of(view.Frameworks.Where(framework => frameworks.ContainsKey(framework.Id)).Select(Show)),
            [.. view.CompletedFrameworks.Where(framework => ShowsFramework(framework.Info)).Select(Show)],
            Show(view.Operator),
            ShowsRole) with
        {
            Settings = authorizer.Allows(AclAction.ViewFlags, principal) ? view.Settings : view.Settings with { EffectiveFlags = [] },
        };
    }

    /// <summary>Without reservations for roles that are not shown.</summary>
    public AgentInfo Show(AgentInfo agent)
    {
        if (agent.Resources.All(Shows))
        {
            return agent;
        }
        var shown = agent.Clone();
        shown.Resources.Clear();
        shown.Resources.Add(agent.Resources.Where(Shows));
        return shown;
    }

    /// <summary>
    /// Who may see it may see every role that it is reserved for, one refining the other, and the one that it is allocated to.
    /// </summary>
    public bool Shows(Resource resource) => resource.Reservations.All(reservation => ShowsRole(reservation.Role))
        && (!resource.HasRole || resource.Role == RoleName.Default || ShowsRole(resource.Role))
        && (resource.AllocationInfo is not { HasRole: true } allocated || ShowsRole(allocated.Role));

    private AgentView Show(AgentView agent, Dictionary<FrameworkId, FrameworkInfo> frameworks) => agent.Showing(
        Show(agent.Info), Show(agent.Total), [.. agent.Used.Select(used => KeyValuePair.Create(used.Key, Show(used.Value)))],
        Show(agent.Offered),
        [.. agent.Executors.Where(executor => frameworks.TryGetValue(executor.Framework, out var framework) && Shows(executor, framework))],
        [.. agent.Operations.Where(operation => Shows(operation, frameworks))]);

    private ResourceBag Show(ResourceBag bag) => bag.All(Shows) ? bag : ResourceBag.Of([.. bag.Where(Shows)]);

    private bool Shows(ResourceEntry entry)
    {
        foreach (var reservation in entry.Kind.Reservations.Items)
        {
            if (!ShowsRole(reservation.Role))
            {
                return false;
            }
        }
        return entry.Kind.AllocationRole is not { } role || ShowsRole(role);
    }

    private bool Shows(ExecutorView executor, FrameworkInfo framework) =>
        authorizer.Allows(AclAction.ViewExecutor, principal, executor.Info.Command is { HasUser: true } command
            ? command.User : framework.User);

    private bool Shows(Mesos.V1.Operation operation, Dictionary<FrameworkId, FrameworkInfo> frameworks)
    {
        if (operation.FrameworkId is not null && !frameworks.ContainsKey(FrameworkId.From(operation.FrameworkId)))
        {
            return false;
        }
        var info = operation.Info;
        IEnumerable<Resource> resources =
        [
            .. info.Reserve?.Resources ?? [], .. info.Reserve?.Source ?? [], .. info.Unreserve?.Resources ?? [], .. info.Create?.Volumes
            ?? [], .. info.Destroy?.Volumes ?? [],
            .. new[] { info.GrowVolume?.Volume, info.ShrinkVolume?.Volume }.OfType<Resource>(),
        ];
        return resources.All(Shows);
    }

    private FrameworkView Show(FrameworkView framework) => framework with
    {
        Tasks = Show(framework.Tasks, framework.Info),
        UnreachableTasks = Show(framework.UnreachableTasks, framework.Info),
        CompletedTasks = Show(framework.CompletedTasks, framework.Info),
    };

    private BlockList<TaskModel> Show(BlockList<TaskModel> tasks, FrameworkInfo framework)
    {
        var all = true;
        var ofFramework = ShowsTasksOf(framework.User);
        foreach (var task in tasks)
        {
            all &= Shows(task);
        }
        return all ? tasks : BlockList<TaskModel>.Of(tasks.Where(Shows));

        bool Shows(TaskModel task) => task.Spec.HasUser ? ShowsTasksOf(task.Spec.User) : ofFramework;
    }

    private OperatorView Show(OperatorView decided) => decided with
    {
        Quotas = [.. decided.Quotas.Where(quota => authorizer.Allows(AclAction.GetQuota, principal, quota.Role))],
        Weights = [.. decided.Weights.Where(weight => ShowsRole(weight.Role))],
        Schedule = authorizer.Allows(AclAction.GetMaintenanceSchedule, principal) ? decided.Schedule : new(),
        Maintenance = authorizer.Allows(AclAction.GetMaintenanceStatus, principal) ? decided.Maintenance : new(),
    };
}
