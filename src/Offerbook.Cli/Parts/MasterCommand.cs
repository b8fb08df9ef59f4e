using System.CommandLine;
using Offerbook.Master.Hosting;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook master</c></summary>
internal static class MasterCommand
{
    public static Command Create()
    {
        var (port, listen, hostname, directory) = (PartOptions.Port("master", 5050), PartOptions.Listen(), PartOptions.Hostname(), PartOptions.DataDirectory("master"));
        var command = new Command("master", "Run a master") { port, listen, hostname, directory };
        command.SetAction((parsed, cancellation) => PartRun.RunAsync("master", "--data-dir",
            logs => MasterHost.StartAsync(new MasterOptions
            {
                DataDirectory = Path.GetFullPath(parsed.GetValue(directory)!),
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                Port = parsed.GetValue(port),
                Hostname = parsed.GetValue(hostname),
                Logging = logs,
            }, cancellation),
            part => (part.Address, part.Completion), cancellation));
        return command;
    }
}
