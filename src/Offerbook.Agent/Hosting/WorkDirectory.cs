using Microsoft.Extensions.Logging;
using Offerbook.Storage;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Agent.Hosting;

/// <summary>The directory that holds everything an agent keeps. The lock on its journal is the lock on all of it.</summary>
internal static class WorkDirectory
{
    /// <summary>Creates the directory and returns its path without links, because /files compares paths.</summary>
    public static string Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(path, "meta"));
            var slaves = Path.Combine(path, "slaves");
            Directory.CreateDirectory(slaves);
            // An agent's sandboxes are apart from what others make and delete all the time; see there.
            Containers.Native.SetTopOfHierarchies(slaves);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException(
                $"The agent's work directory {path} cannot be written: {failure.Message} Name another, or let this user write there.",
                failure);
        }
        return Containers.Native.RealPath(path) ?? Path.GetFullPath(path);
    }

    public static async Task<SqliteJournal> OpenJournalAsync(string work, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await SqliteJournal.OpenAsync(Path.Combine(work, "meta", "agent.db"), cancellation,
                warning => logger.LogWarning("{Warning}", warning));
        }
        catch (Exception failure) when (failure is JournalUnavailableException or JournalDamagedException)
        {
            throw new AgentStartException($"The agent's work directory {work} cannot be used. {failure.Message}", failure);
        }
    }
}
