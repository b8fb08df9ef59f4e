using Mesos.V1;

namespace Offerbook.Master.Operator;

/// <summary>
/// What the master has counted since its start, under the names that exporters read. All names are there from the beginning:
/// exporters stop at the first one missing.
/// </summary>
internal sealed class MasterCounters
{
    private static readonly string[] Names =
    [
        "dropped_messages", "recovery_slave_removals", "recovery_slave_removals_held",
        "invalid_executor_to_framework_messages", "invalid_framework_to_executor_messages",
        "invalid_operation_status_update_acknowledgements", "invalid_operation_status_updates",
        "invalid_status_update_acknowledgements", "invalid_status_updates",
        "messages_authenticate", "messages_deactivate_framework", "messages_decline_offers", "messages_executor_to_framework",
        "messages_exited_executor", "messages_framework_to_executor", "messages_kill_task", "messages_launch_tasks",
        "messages_operation_status_update", "messages_operation_status_update_acknowledgement", "messages_reconcile_operations",
        "messages_reconcile_tasks", "messages_register_framework", "messages_register_slave", "messages_reregister_framework",
        "messages_reregister_slave", "messages_resource_request", "messages_revive_offers", "messages_status_update",
        "messages_status_update_acknowledgement", "messages_suppress_offers", "messages_unregister_framework",
        "messages_unregister_slave", "messages_update_slave",
        "slave_registrations", "slave_removals", "slave_removals/reason_registered", "slave_removals/reason_unhealthy",
        "slave_removals/reason_unregistered", "slave_reregistrations", "slave_shutdowns_canceled", "slave_shutdowns_completed",
        "slave_shutdowns_scheduled", "slave_unreachable_canceled", "slave_unreachable_completed", "slave_unreachable_scheduled",
        "tasks_dropped", "tasks_error", "tasks_failed", "tasks_finished", "tasks_gone", "tasks_gone_by_operator", "tasks_killed",
        "tasks_lost",
        "valid_executor_to_framework_messages", "valid_framework_to_executor_messages",
        "valid_operation_status_update_acknowledgements", "valid_operation_status_updates",
        "valid_status_update_acknowledgements", "valid_status_updates",
    ];

    private readonly SortedDictionary<string, long> _values = new(Names.ToDictionary(name => name, _ => 0L), StringComparer.Ordinal);

    public long this[string name] => _values[name];

    /// <param name="name">Without the prefix <c>master/</c>.</param>
    public void Increment(string name) => _values[name] = _values.GetValueOrDefault(name) + 1;

    /// <summary>A task has ended for the cluster.</summary>
    public void CountTerminal(TaskState state) => Increment("tasks_" + Name(state));

    /// <summary>
    /// Why the master itself, an agent or an executor said so. At most one name for each state, source and reason of the protocol.
    /// </summary>
    public void CountReason(TaskState state, Source source, Reason reason) =>
        Increment($"task_{Name(state)}/source_{Snake(source.ToString())}/reason_{Snake(reason.ToString())}");

    public KeyValuePair<string, long>[] ToArray() => [.. _values];

    /// <summary><c>TaskGoneByOperator</c> is <c>gone_by_operator</c>.</summary>
    public static string Name(TaskState state) => Snake(state.ToString()["Task".Length..]);

    public static string Snake(string pascal)
    {
        var text = new System.Text.StringBuilder(pascal.Length + 8);
        foreach (var letter in pascal)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }
}
