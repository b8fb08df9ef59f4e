using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Tasks, their statuses, and executors.</summary>
internal static class TaskJson
{
    public static void Task(this LegacyWriter json, TaskModel task)
    {
        var spec = task.Spec;
        json.BeginObject();
        json.Text("id", task.Id.Value);
        json.Text("name", spec.Name);
        json.Text("framework_id", task.Framework.Value);
        json.Text("executor_id", task.Executor?.Value ?? "");
        json.Text("slave_id", task.Agent.Value);
        json.Text("state", StateName(task.State));
        json.Resources("resources", task.Resources);
        if (spec.Limits.Count > 0)
        {
            json.BeginObject("limits");
            foreach (var (name, value) in spec.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal))
            {
                json.Double(name, value.Value);
            }
            json.EndObject();
        }
        json.Text("role", task.Resources.AllocationRole() ?? RoleName.Default);
        json.BeginArray("statuses");
        foreach (var status in task.Statuses)
        {
            Status(json, status);
        }
        json.EndArray();
        if (spec.HasUser)
        {
            json.Text("user", spec.User);
        }
        if (spec.Labels is not null)
        {
            json.Messages("labels", spec.Labels.Labels_);
        }
        if (spec.Discovery is not null)
        {
            json.Message("discovery", spec.Discovery);
        }
        if (spec.Container is not null)
        {
            json.Message("container", spec.Container);
        }
        if (spec.HealthCheck is not null)
        {
            json.Message("health_check", spec.HealthCheck);
        }
        json.EndObject();
    }

    public static void Tasks(this LegacyWriter json, string name, IEnumerable<TaskModel> tasks)
    {
        json.BeginArray(name);
        foreach (var task in tasks)
        {
            json.Task(task);
        }
        json.EndArray();
    }

    public static void Executor(this LegacyWriter json, ExecutorView executor)
    {
        var info = executor.Info;
        json.BeginObject();
        json.Text("executor_id", info.ExecutorId.Value);
        json.Text("name", info.Name);
        json.Text("framework_id", executor.Framework.Value);
        json.BeginObject("command");
        if (info.Command is { } command)
        {
            json.Bool("shell", command.Shell);
            if (command.HasValue)
            {
                json.Text("value", command.Value);
            }
            json.Texts("argv", command.Arguments);
            if (command.Environment is not null)
            {
                json.Message("environment", command.Environment);
            }
            json.Messages("uris", command.Uris);
        }
        json.EndObject();
        json.Resources("resources", executor.Resources);
        if (executor.Resources.AllocationRole() is { } role)
        {
            json.Text("role", role);
        }
        if (info.Labels is not null)
        {
            json.Messages("labels", info.Labels.Labels_);
        }
        if (info.HasType)
        {
            json.Text("type", info.Type.ToString().ToUpperInvariant());
        }
        json.Text("slave_id", executor.Agent.Value);
        json.EndObject();
    }

    /// <summary><c>TASK_RUNNING</c>.</summary>
    public static string StateName(TaskState state) => Operator.MasterCounters.Snake(state.ToString()).ToUpperInvariant();

    private static void Status(LegacyWriter json, TaskStatus status)
    {
        json.BeginObject();
        json.Text("state", StateName(status.State));
        json.Double("timestamp", status.Timestamp);
        if (status.Labels is not null)
        {
            json.Messages("labels", status.Labels.Labels_);
        }
        if (status.ContainerStatus is { } container)
        {
            var shown = new ContainerStatus { ContainerId = container.ContainerId, CgroupInfo = container.CgroupInfo };
            shown.NetworkInfos.Add(container.NetworkInfos);
            json.Message("container_status", shown);
        }
        if (status.HasHealthy)
        {
            json.Bool("healthy", status.Healthy);
        }
        json.EndObject();
    }
}
