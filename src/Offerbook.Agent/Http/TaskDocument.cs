using Mesos.V1;
using Newtonsoft.Json;
using Offerbook.Resources;

namespace Offerbook.Agent.Http;

/// <summary>A task as the read endpoints show it (API section 7).</summary>
internal static class TaskDocument
{
    /// <param name="degraded">Why it is not known for the moment what becomes of it.</param>
    public static void Write(JsonWriter json, MesosTask task, string? degraded)
    {
        var resources = ResourceReader.Read(task.Resources).Bag;
        json.WriteStartObject();
        json.Member("id", task.TaskId.Value);
        json.Member("name", task.Name);
        json.Member("framework_id", task.FrameworkId.Value);
        json.Member("executor_id", task.ExecutorId?.Value ?? "");
        json.Member("slave_id", task.AgentId.Value);
        json.Member("state", EnumText.Of(task.State));
        json.Resources("resources", resources);
        json.Member("role", resources.AllocationRole() ?? "*");
        json.WritePropertyName("statuses");
        json.WriteStartArray();
        foreach (var status in task.Statuses)
        {
            WriteStatus(json, status);
        }
        json.WriteEndArray();
        if (task.HasUser)
        {
            json.Member("user", task.User);
        }
        if (task.Labels is { } labels)
        {
            json.Messages("labels", labels.Labels_);
        }
        if (degraded is not null)
        {
            json.Member("degraded", degraded);
        }
        json.Message("discovery", task.Discovery);
        json.Message("container", task.Container);
        json.Message("health_check", task.HealthCheck);
        json.WriteEndObject();
    }

    private static void WriteStatus(JsonWriter json, TaskStatus status)
    {
        json.WriteStartObject();
        json.Member("state", EnumText.Of(status.State));
        json.Member("timestamp", status.Timestamp);
        if (status.ContainerStatus is { } container)
        {
            var shown = container.Clone();
            shown.ClearExecutorPid();
            json.Message("container_status", shown);
        }
        if (status.HasHealthy)
        {
            json.Member("healthy", status.Healthy);
        }
        json.WriteEndObject();
    }
}
