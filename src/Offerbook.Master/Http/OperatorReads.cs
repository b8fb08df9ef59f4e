using Mesos.V1;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Operator;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;
using CallType = Mesos.V1.Master.Call.Types.Type;
using ResponseType = Mesos.V1.Master.Response.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>
/// The operator calls that only read and whose answers are short, each as a function of a view. See also <see cref="StateAnswers"/>.
/// </summary>
internal static class OperatorReads
{
    /// <returns>Null when the call changes something or is not known here.</returns>
    public static Func<MasterView, OperatorResponse>? Find(CallType type) => type switch
    {
        CallType.GetHealth => view => new() { Type = ResponseType.GetHealth, GetHealth = new() { Healthy = !view.Operator.RemovalsHeld } },
        CallType.GetVersion => _ => new() { Type = ResponseType.GetVersion, GetVersion = new() { VersionInfo = Version() } },
        CallType.GetFlags => view => new() { Type = ResponseType.GetFlags, GetFlags = Flags(view) },
        CallType.GetOperations => view => new() { Type = ResponseType.GetOperations, GetOperations = Operations(view) },
        CallType.GetRoles => view => new() { Type = ResponseType.GetRoles, GetRoles = Roles(view) },
        CallType.GetQuota => view => new() { Type = ResponseType.GetQuota, GetQuota = new() { Status = view.Operator.QuotaStatus() } },
        CallType.GetWeights => view => new() { Type = ResponseType.GetWeights, GetWeights = Weights(view) },
        CallType.GetMaintenanceSchedule => view => new()
        {
            Type = ResponseType.GetMaintenanceSchedule,
            GetMaintenanceSchedule = new() { Schedule = view.Operator.Schedule },
        },
        CallType.GetMaintenanceStatus => view => new()
        {
            Type = ResponseType.GetMaintenanceStatus,
            GetMaintenanceStatus = new() { Status = view.Operator.Maintenance },
        },
        CallType.GetMaster => view => new()
        {
            Type = ResponseType.GetMaster,
            GetMaster = new() { MasterInfo = view.Master, StartTime = view.ProcessStartedSeconds, ElectedTime = view.Started.UnixSeconds },
        },
        _ => null,
    };

    public static OperatorResponse.Types.GetState State(MasterView view) => new()
    {
        GetTasks = StateMessages.Tasks(view),
        GetExecutors = StateMessages.Executors(view),
        GetFrameworks = StateMessages.Frameworks(view),
        GetAgents = StateMessages.Agents(view),
    };

    /// <summary>Absent when there are none, as clients know it.</summary>
    private static OperatorResponse.Types.GetWeights? Weights(MasterView view)
    {
        if (view.Operator.Weights.IsEmpty)
        {
            return null;
        }
        var weights = new OperatorResponse.Types.GetWeights();
        weights.WeightInfos.Add(view.Operator.Weights);
        return weights;
    }

    private static VersionInfo Version() => new()
    {
        Version = MasterSettings.ApiVersion,
        BuildDate = BuildInfo.Date,
        BuildTime = BuildInfo.Time,
        BuildUser = "",
        GitTag = BuildInfo.Tag,
    };

    private static OperatorResponse.Types.GetOperations Operations(MasterView view)
    {
        var operations = new OperatorResponse.Types.GetOperations();
        operations.Operations.Add(view.Agents.SelectMany(agent => agent.Operations));
        return operations;
    }

    private static OperatorResponse.Types.GetFlags Flags(MasterView view)
    {
        var flags = new OperatorResponse.Types.GetFlags();
        flags.Flags.Add(FlagList.Of(view.Settings).Select(flag => new Flag { Name = flag.Key, Value = flag.Value }));
        return flags;
    }

    private static OperatorResponse.Types.GetRoles Roles(MasterView view)
    {
        var roles = new OperatorResponse.Types.GetRoles();
        foreach (var role in RoleView.Of(view))
        {
            var message = new Role { Name = role.Name, Weight = role.Weight };
            message.Frameworks.Add(role.Frameworks.Select(id => id.ToProto()));
            var all = role.Allocated + role.Offered;
            foreach (var name in (ReadOnlySpan<string>)["cpus", "disk", "gpus", "mem"])
            {
                if (all.TryGetValue(name, out var amount) && !amount.IsZero)
                {
                    message.Resources.Add(
                        ResourceBag.Of(new ResourceEntry(ResourceKind.Plain(name), amount)).ToProto(ResourceFormat.PostRefinement));
                }
            }
            roles.Roles.Add(message);
        }
        return roles;
    }
}
