using System.CommandLine;
using System.Net;
using Offerbook.Batch.Hosting;
using Offerbook.Cli.Talking;
using Offerbook.Coordination.Hosting;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook batch</c></summary>
internal static class BatchCommand
{
    public static Command Create()
    {
        var (port, listen, masters, directory) = (PartOptions.Port("batch", BatchOptions.DefaultPort), PartOptions.Listen(),
            PartOptions.Masters(), PartOptions.DataDirectory("batch"));
        var store = StoreOption.For("batch");
        var role = new Option<string>("--role") { Description = "Role in which resources are offered", DefaultValueFactory = _ => "batch" };
        var hostname = new Option<string?>(
            "--hostname") { Description = "Where other instances and clients reach this one, if not at the address it listens on",
            HelpName = "host" };
        var election = new ElectionOption("batch");
        var command = new Command("batch", "Run the framework for jobs") { port, listen, masters, directory, store, role, hostname };
        election.AddTo(command);
        command.SetAction((parsed, cancellation) => PartRun.RunAsync("batch", "--data-dir",
            logs => BatchHost.StartAsync(
                Found(PartOptions.Election(parsed.GetValue(masters)!), parsed.GetValue(masters)!,
                    Path.GetFullPath(parsed.GetValue(directory)!)) with
            {
                Listen = new IPEndPoint(PartOptions.Address(parsed.GetValue(listen)!), parsed.GetValue(port)),
                Credential = CredentialOption.Resolve(parsed),
                Store = store.Resolve(parsed, "batch"),
                Role = parsed.GetValue(role)!,
                Hostname = parsed.GetValue(hostname),
                Election = election.Resolve(parsed, "batch", store.Resolve(parsed, "batch")),
            }, cancellation, logs),
            part => (part.Address, part.Completion), cancellation));
        return command;
    }

    private static BatchOptions Found(MasterDetection? election, string[] masters, string directory) => election is null
        ? new BatchOptions(directory, PartOptions.Addresses(masters))
        : new BatchOptions(directory, []) { DetectMaster = election.FollowAsync, ShownMaster = election.ToString() };
}
