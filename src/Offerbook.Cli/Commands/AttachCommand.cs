using System.CommandLine;
using Offerbook.Cli.Talking;
using Offerbook.Cli.Terminals;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook attach TASK</c>: looks on and types along at the terminal of a task that has one (tty_info).</summary>
internal static class AttachCommand
{
    public static Command Create()
    {
        var task = new Argument<string>("task") { Description = "A task id, or the start of one" };
        var endpoint = EndpointOption.Master();
        var command = new Command("attach", "Use the terminal of a task that has one; Ctrl-P Ctrl-Q leaves it") { task, endpoint.Option };
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = endpoint.Resolve(parsed);
            using var master = new ApiClient(address);
            var found = await FoundTask.FindAsync(master, parsed.GetValue(task)!, cancellation);
            if (found.Container is not { } container)
            {
                throw new CliException(ExitCode.NotFound, $"task {found.Id} has no container yet", "try again when it runs");
            }
            using var terminal = RawTerminal.TryOpen();
            using var session = new ExecSession(address with { Address = found.Agent, What = "the agent" }, FoundTask.IdOf(container));
            await session.AttachAsync(terminal, cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
