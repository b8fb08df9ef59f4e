using System.CommandLine;
using Mesos.V1;
using Offerbook.Cli.Talking;
using Offerbook.Cli.Terminals;

namespace Offerbook.Cli.Commands;

/// <summary>
/// <c>offerbook exec TASK -- COMMAND…</c>: runs a command in a task's container, with this terminal or with pipes. Its exit status
/// becomes this program's.
/// </summary>
internal static class ExecCommand
{
    /// <param name="program">What follows a lone <c>--</c>.</param>
    public static Command Create(string[] program)
    {
        var task = new Argument<string>("task") { Description = "A task id, or the start of one" };
        var noTerminal =
            new Option<bool>("--no-tty") { Description = "Use pipes even on a terminal, so that errors stay apart from output" };
        var user = new Option<string?>("--user") { Description = "Whom to run as (else the task's user)", HelpName = "name" };
        var endpoint = EndpointOption.Master();
        var command = new Command("exec", "Run a command in a task: offerbook exec TASK -- sh") { task, noTerminal, user, endpoint.Option };
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = endpoint.Resolve(parsed);
            using var master = new ApiClient(address);
            var found = await FoundTask.FindAsync(master, parsed.GetValue(task)!, cancellation);
            if (found.Container is not { } container)
            {
                throw new CliException(ExitCode.NotFound, $"task {found.Id} has no container yet", "try again when it runs");
            }
            var info = new CommandInfo { Shell = false, Value = program.Length > 0 ? program[0] : "sh" };
            info.Arguments.Add(program.Length > 0 ? program : ["sh"]);
            if (parsed.GetValue(user) is { } name)
            {
                info.User = name;
            }
            using var terminal = parsed.GetValue(noTerminal) ? null : RawTerminal.TryOpen();
            using var session = new ExecSession(address with { Address = found.Agent, What = "the agent" },
                ExecSession.In(FoundTask.IdOf(container)));
            return await session.RunAsync(info, terminal, cancellation);
        });
        return command;
    }
}
