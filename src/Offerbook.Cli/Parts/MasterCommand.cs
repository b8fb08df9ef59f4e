using System.CommandLine;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Flags;
using Offerbook.Wire.Hosting.Logging;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook master</c></summary>
internal static class MasterCommand
{
    public static Command Create()
    {
        var (listen, directory) = (PartOptions.Listen(), PartOptions.DataDirectory("master"));
        var store = StoreOption.For("master");
        var flags = new FlagOptions<MasterOptions>(MasterFlags.Set);
        var command = new Command("master", "Run a master") { listen, directory, store };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = flags.Apply(parsed, new MasterOptions
            {
                DataDirectory = Path.GetFullPath(parsed.GetValue(directory)!),
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                Store = store.Resolve(parsed, "master"),
                WarmsUp = true,
            });
            var verbosity = new LogVerbosity(options.LogMinimum, TimeProvider.System);
            return PartRun.RunAsync("master", "--data-dir",
                logs => MasterHost.StartAsync(options with { Logging = logs, Verbosity = verbosity }, cancellation),
                part => (part.Address, part.Completion), cancellation, logging =>
                    PartLogging.SetUp(logging, verbosity, options.IsQuiet, options.LogDirectory is null ? null : options.LogFile));
        });
        return command;
    }
}
