using System.Diagnostics;
using Offerbook.Storage.Postgres;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage;

/// <summary>Opens a journal by the address of its store.</summary>
public static class JournalStore
{
    /// <param name="warn">Hears of what an operator should know and what did not keep the journal from opening. Called on the journal's
    /// thread; must not block.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be reached or used, or is held by another process.</exception>
    /// <exception cref="JournalDamagedException">It is no journal, or damaged beyond opening.</exception>
    public static async Task<IJournal> OpenAsync(StoreAddress address, CancellationToken cancellation = default,
        Action<string>? warn = null) => address switch
    {
        StoreAddress.OfFile file => await SqliteJournal.OpenAsync(file.Path, cancellation, warn),
        StoreAddress.InPostgres database => await PostgresJournal.OpenAsync(database.Database, cancellation, warn),
        _ => throw new UnreachableException(),
    };

    /// <summary>What measures a store that several processes reach. Connects when it is first asked to measure.</summary>
    /// <returns>Null for a file: whoever is not its holder has no way to it.</returns>
    public static IStoreProbe? Probe(StoreAddress address, TimeProvider? time = null) =>
        address is StoreAddress.InPostgres database ? new PostgresProbe(database.Database, time ?? TimeProvider.System) : null;
}
