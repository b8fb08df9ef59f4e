using Microsoft.Extensions.Logging;
using Offerbook.Wire.Hosting.Logging;

namespace Offerbook.Cli.Parts;

/// <summary>Where a part that is started by itself logs.</summary>
internal static class PartLogging
{
    /// <param name="file">Null: to no file.</param>
    public static void SetUp(ILoggingBuilder logging, LogVerbosity verbosity, bool isQuiet, string? file)
    {
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter((category, level) => verbosity.Passes(category, level));
        if (!isQuiet)
        {
            logging.AddSimpleConsole(lines => lines.SingleLine = true);
        }
        if (file is null)
        {
            return;
        }
        try
        {
            logging.AddProvider(new FileLog(file, TimeProvider.System));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Unavailable, $"cannot write the log: {problem.Message}",
                "choose another directory with --log_dir");
        }
    }
}
