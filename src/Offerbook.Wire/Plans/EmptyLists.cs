using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Plans;

/// <summary>
/// Mesos writes some of its operator answers by hand, and there shows lists that are empty. Clients index into them without asking
/// whether they are there. Everywhere else an empty list is left out.
/// </summary>
internal static class EmptyLists
{
    private static readonly HashSet<string> s_shown = new(StringComparer.Ordinal)
    {
        "mesos.v1.master.Response.GetAgents.agents",
        "mesos.v1.master.Response.GetAgents.recovered_agents",
        "mesos.v1.master.Response.GetExecutors.executors",
        "mesos.v1.master.Response.GetFrameworks.frameworks",
        "mesos.v1.master.Response.GetFrameworks.completed_frameworks",
        "mesos.v1.master.Response.GetTasks.tasks",
        "mesos.v1.master.Response.GetTasks.unreachable_tasks",
        "mesos.v1.master.Response.GetTasks.completed_tasks",
        "mesos.v1.agent.Response.GetExecutors.executors",
        "mesos.v1.agent.Response.GetExecutors.completed_executors",
        "mesos.v1.agent.Response.GetFrameworks.frameworks",
        "mesos.v1.agent.Response.GetFrameworks.completed_frameworks",
        "mesos.v1.agent.Response.GetTasks.pending_tasks",
        "mesos.v1.agent.Response.GetTasks.queued_tasks",
        "mesos.v1.agent.Response.GetTasks.launched_tasks",
        "mesos.v1.agent.Response.GetTasks.terminated_tasks",
        "mesos.v1.agent.Response.GetTasks.completed_tasks",
    };

    public static bool AreShown(FieldDescriptor field) => s_shown.Contains(field.FullName);
}
