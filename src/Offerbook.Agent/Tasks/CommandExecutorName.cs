using Mesos.V1;

namespace Offerbook.Agent.Tasks;

/// <summary>The name that Mesos gives to the executor of a command task; tools show it.</summary>
internal static class CommandExecutorName
{
    private const int LongestShown = 15;

    public static string Of(TaskInfo task)
    {
        var command = task.Command ?? new CommandInfo();
        var text = command.Shell ? command.Value : string.Join(", ", command.Arguments.Prepend(command.Value));
        var shown = text.Length > LongestShown ? text[..(LongestShown - 3)] + "..." : text;
        return $"Command Executor (Task: {task.TaskId.Value}) (Command: {(command.Shell ? $"sh -c '{shown}'" : $"[{shown}]")})";
    }
}
