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
        json.Text("id"u8, task.Id.Value);
        json.Text("name"u8, spec.Name);
        json.Text("framework_id"u8, task.Framework.Value);
        json.Text("executor_id"u8, task.Executor?.Value ?? "");
        json.Text("slave_id"u8, task.Agent.Value);
        json.EnumValue("state"u8, task.State);
        json.Resources("resources"u8, task.Resources);
        if (spec.Limits.Count > 0)
        {
            json.BeginObject("limits"u8);
            foreach (var (name, value) in spec.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal))
            {
                json.Named(name).Double(value.Value);
            }
            json.EndObject();
        }
        json.Text("role"u8, task.Resources.AllocationRole() ?? RoleName.Default);
        json.BeginArray("statuses"u8);
        foreach (var status in task.Statuses)
        {
            Status(json, status);
        }
        json.EndArray();
        if (spec.HasUser)
        {
            json.Text("user"u8, spec.User);
        }
        if (spec.Labels is not null)
        {
            json.Messages("labels"u8, spec.Labels.Labels_);
        }
        if (spec.Discovery is not null)
        {
            json.Message("discovery"u8, spec.Discovery);
        }
        if (spec.Container is not null)
        {
            json.Message("container"u8, spec.Container);
        }
        if (spec.HealthCheck is not null)
        {
            json.Message("health_check"u8, spec.HealthCheck);
        }
        json.EndObject();
    }

    public static void Executor(this LegacyWriter json, ExecutorView executor)
    {
        var info = executor.Info;
        json.BeginObject();
        json.Text("executor_id"u8, info.ExecutorId.Value);
        json.Text("name"u8, info.Name);
        json.Text("framework_id"u8, executor.Framework.Value);
        json.BeginObject("command"u8);
        if (info.Command is { } command)
        {
            json.Bool("shell"u8, command.Shell);
            if (command.HasValue)
            {
                json.Text("value"u8, command.Value);
            }
            json.Texts("argv"u8, command.Arguments);
            if (command.Environment is not null)
            {
                json.Message("environment"u8, command.Environment);
            }
            json.Messages("uris"u8, command.Uris);
        }
        json.EndObject();
        json.Resources("resources"u8, executor.Resources);
        if (executor.Resources.AllocationRole() is { } role)
        {
            json.Text("role"u8, role);
        }
        if (info.Labels is not null)
        {
            json.Messages("labels"u8, info.Labels.Labels_);
        }
        if (info.HasType)
        {
            json.EnumValue("type"u8, info.Type);
        }
        json.Text("slave_id"u8, executor.Agent.Value);
        json.EndObject();
    }

    private static void Status(LegacyWriter json, TaskStatus status)
    {
        json.BeginObject();
        json.EnumValue("state"u8, status.State);
        json.Double("timestamp"u8, status.Timestamp);
        if (status.Labels is not null)
        {
            json.Messages("labels"u8, status.Labels.Labels_);
        }
        if (status.ContainerStatus is { } container)
        {
            ContainerStatusOf(json, container);
        }
        if (status.HasHealthy)
        {
            json.Bool("healthy"u8, status.Healthy);
        }
        json.EndObject();
    }

    /// <summary>Without the executor's process id, which is the agent's own affair.</summary>
    private static void ContainerStatusOf(LegacyWriter json, ContainerStatus container)
    {
        json.BeginObject("container_status"u8);
        if (container.ContainerId is not null)
        {
            json.Message("container_id"u8, container.ContainerId);
        }
        if (container.NetworkInfos.Count > 0)
        {
            json.Messages("network_infos"u8, container.NetworkInfos);
        }
        if (container.CgroupInfo is not null)
        {
            json.Message("cgroup_info"u8, container.CgroupInfo);
        }
        json.EndObject();
    }
}
