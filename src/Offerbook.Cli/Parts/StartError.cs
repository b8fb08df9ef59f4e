using Offerbook.Agent;
using Offerbook.Coordination.Hosting.ZooKeeper.Native;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Cli.Parts;

/// <summary>Turns what can go wrong when a part starts into a message that names the flag to change.</summary>
internal static class StartError
{
    /// <param name="directoryFlag">The flag that chose the directory.</param>
    public static async Task<T> ExplainAsync<T>(string directoryFlag, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (JournalUnavailableException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message, $"choose another directory with {directoryFlag}");
        }
        catch (JournalDamagedException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message,
                $"restore the directory from a backup, or start afresh in another one with {directoryFlag}");
        }
        catch (JournalTooNewException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message);
        }
        catch (ZooKeeperLibraryMissingException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message);
        }
        catch (AgentStartException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message, $"the directory is chosen with {directoryFlag}");
        }
        catch (FormatException problem)
        {
            throw new CliException(ExitCode.BadInput, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message);
        }
    }
}
