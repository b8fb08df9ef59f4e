using System.CommandLine;
using System.Net;
using Offerbook.Apps.Hosting;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook apps</c></summary>
internal static class AppsCommand
{
    public static Command Create()
    {
        var (port, listen, masters, directory) = (PartOptions.Port("apps", AppsOptions.DefaultPort), PartOptions.Listen(), PartOptions.Masters(), PartOptions.DataDirectory("apps"));
        var role = new Option<string>("--role") { Description = "Role of apps that name none", DefaultValueFactory = _ => "*" };
        var command = new Command("apps", "Run the framework for long-running apps") { port, listen, masters, directory, role };
        command.SetAction((parsed, cancellation) => PartRun.RunAsync("apps", "--data-dir",
            logs => AppsHost.StartAsync(new AppsOptions(Path.GetFullPath(parsed.GetValue(directory)!), PartOptions.Addresses(parsed.GetValue(masters)!))
            {
                Listen = new IPEndPoint(PartOptions.Address(parsed.GetValue(listen)!), parsed.GetValue(port)),
                Credential = CredentialOption.Resolve(parsed),
                Role = parsed.GetValue(role)!,
            }, cancellation, logs),
            part => (part.Address, part.Completion), cancellation));
        return command;
    }
}
