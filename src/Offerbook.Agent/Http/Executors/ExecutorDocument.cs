using Mesos.V1;
using Newtonsoft.Json;
using Offerbook.Resources;

namespace Offerbook.Agent.Http.Executors;

/// <summary>
/// The executors of a framework in GET /state: those that it brought with their tasks, and one made up for each command task, as
/// tools expect (API section 7). A task is shown below the run of the executor that it belonged to, by the container.
/// </summary>
internal static class ExecutorDocument
{
    public static void Write(JsonWriter json, FrameworkView framework, string work)
    {
        var tasks = framework.Tasks.Concat(framework.Finished).Where(task => task.HasExecutor).ToLookup(task => task.Container.Root);
        json.WritePropertyName("executors");
        json.WriteStartArray();
        foreach (var executor in framework.Executors)
        {
            Write(json, executor, [.. tasks[executor.Sandbox.Container]], ended: false, work);
        }
        foreach (var task in framework.Tasks.Where(task => !task.HasExecutor))
        {
            MadeUp(json, task, work);
        }
        json.WriteEndArray();
        json.WritePropertyName("completed_executors");
        json.WriteStartArray();
        foreach (var executor in framework.FinishedExecutors)
        {
            Write(json, executor, [.. tasks[executor.Sandbox.Container]], ended: true, work);
        }
        foreach (var task in framework.Finished.Where(task => !task.HasExecutor))
        {
            MadeUp(json, task, work);
        }
        json.WriteEndArray();
    }

    private static void Write(JsonWriter json, ExecutorView executor, IReadOnlyList<TaskView> tasks, bool ended, string work)
    {
        var info = executor.Info;
        var queued = tasks.Where(task => !task.ContainerEnded && executor.Queued.Contains(new(task.Task.TaskId.Value))).ToList();
        var running = tasks.Where(task => !task.ContainerEnded).Except(queued).ToList();
        var own = ResourceReader.Read(info.Resources).Bag;
        var resources = ended
            ? ResourceBag.Empty : running.Aggregate(own, (sum, task) => sum + ResourceReader.Read(task.Task.Resources).Bag);
        json.WriteStartObject();
        json.Member("id", info.ExecutorId.Value);
        json.Member("name", info.Name);
        json.Member("source", info.Source);
        json.Member("container", executor.Sandbox.Container.Value);
        json.Member("directory", Path.Combine(work, executor.Sandbox.Directory));
        json.Resources("resources", resources);
        json.Member("role",
            (own.AllocationRole() ?? tasks.Select(task => ResourceReader.Read(task.Task.Resources).Bag.AllocationRole()).FirstOrDefault())
                ?? "*");
        if (info.Labels is { } labels)
        {
            json.Messages("labels", labels.Labels_);
        }
        json.Member("type", EnumText.Of(info.HasType ? info.Type : ExecutorInfo.Types.Type.Custom));
        WriteTasks(json, "tasks", running);
        WriteTasks(json, "queued_tasks", queued);
        WriteTasks(json, "completed_tasks", tasks.Where(task => task.ContainerEnded));
        json.WriteEndObject();
    }

    private static void MadeUp(JsonWriter json, TaskView task, string work)
    {
        var resources = ResourceReader.Read(task.Task.Resources).Bag;
        json.WriteStartObject();
        json.Member("id", task.Executor.Value);
        json.Member("name", task.ExecutorName);
        json.Member("source", task.Task.TaskId.Value);
        json.Member("container", task.Container.Value);
        json.Member("directory", Path.Combine(work, task.Sandbox.Directory));
        json.Resources("resources", task.ContainerEnded ? ResourceBag.Empty : resources);
        json.Member("role", resources.AllocationRole() ?? "*");
        WriteTasks(json, "tasks", task.ContainerEnded ? [] : [task]);
        WriteTasks(json, "queued_tasks", []);
        WriteTasks(json, "completed_tasks", task.ContainerEnded ? [task] : []);
        json.WriteEndObject();
    }

    private static void WriteTasks(JsonWriter json, string name, IEnumerable<TaskView> tasks)
    {
        json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (var task in tasks)
        {
            TaskDocument.Write(json, task.Task, task.Degraded);
        }
        json.WriteEndArray();
    }
}
