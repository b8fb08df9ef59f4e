using System.CommandLine;
using Microsoft.Extensions.Logging;
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
        var flags = new FlagOptions<MasterOptions>(MasterFlags.Set);
        var command = new Command("master", "Run a master") { listen, directory };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = flags.Apply(parsed, new MasterOptions
            {
                DataDirectory = Path.GetFullPath(parsed.GetValue(directory)!),
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                WarmsUp = true,
            });
            var verbosity = new LogVerbosity(options.LogMinimum, TimeProvider.System);
            return PartRun.RunAsync("master", "--data-dir",
                logs => MasterHost.StartAsync(options with { Logging = logs, Verbosity = verbosity }, cancellation),
                part => (part.Address, part.Completion), cancellation, logging => SetUp(logging, options, verbosity));
        });
        return command;
    }

    private static void SetUp(ILoggingBuilder logging, MasterOptions options, LogVerbosity verbosity)
    {
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter((category, level) => verbosity.Passes(category, level));
        if (!options.IsQuiet)
        {
            logging.AddSimpleConsole(lines => lines.SingleLine = true);
        }
        if (options.LogDirectory is null)
        {
            return;
        }
        try
        {
            logging.AddProvider(new FileLog(options.LogFile!, TimeProvider.System));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Unavailable, $"cannot write the log: {problem.Message}", "choose another directory with --log_dir");
        }
    }
}
