using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Hosting.Flags;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook apps</c></summary>
internal static class AppsCommand
{
    public static Command Create()
    {
        var (port, listen, masters, directory) = (PartOptions.Port("apps", AppsOptions.DefaultPort), PartOptions.Listen(),
            PartOptions.Masters(), PartOptions.DataDirectory("apps"));
        var store = StoreOption.For("apps");
        var flags = new FlagOptions<AppsOptions>(AppsFlags.Set);
        var command = new Command("apps", "Run the framework for long-running apps") { port, listen, masters, directory, store };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var election = PartOptions.Election(parsed.GetValue(masters)!);
            var options = flags.Apply(parsed,
                new AppsOptions(Path.GetFullPath(parsed.GetValue(directory)!), election is null
                    ? PartOptions.Addresses(parsed.GetValue(masters)!) : [])
            {
                DetectMaster = election is null ? null : election.FollowAsync,
                ShownMaster = election?.ToString(),
                Listen = new IPEndPoint(PartOptions.Address(parsed.GetValue(listen)!), parsed.GetValue(port)),
                Credential = CredentialOption.Resolve(parsed),
                Store = store.Resolve(parsed, "apps"),
            });
            return PartRun.RunAsync("apps", "--data-dir",
                logs => AppsHost.StartAsync(options with { LogMinimum = LogLevel.Warning }, cancellation, logs),
                part => (part.Address, part.Completion), cancellation,
                // Everything comes through: POST /logging says how much of it is written.
                console => console.SetMinimumLevel(LogLevel.Trace).AddSimpleConsole(lines => lines.SingleLine = true));
        });
        return command;
    }
}
