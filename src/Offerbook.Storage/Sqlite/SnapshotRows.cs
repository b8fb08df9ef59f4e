using Microsoft.Data.Sqlite;
using Offerbook.Storage.Archive;

namespace Offerbook.Storage.Sqlite;

/// <summary>Reads the snapshots of one log: a row each, and before its payload the parts that were written ahead of it.</summary>
internal static class SnapshotRows
{
    /// <summary>Of the snapshots that are there, the newest first.</summary>
    public static IReadOnlyList<long> Sequences(SqliteConnection connection, long stream)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence FROM snapshots WHERE stream = $stream ORDER BY sequence DESC";
        command.Parameters.AddWithValue("$stream", stream);
        using var row = command.ExecuteReader();
        var sequences = new List<long>();
        while (row.Read())
        {
            sequences.Add(row.GetInt64(0));
        }
        return sequences;
    }

    /// <param name="hasParts">Not in files of schema version 1.</param>
    public static StoredRecord Stored(SqliteConnection connection, long stream, long sequence, bool hasParts = true)
    {
        var state = new MemoryStream();
        if (hasParts)
        {
            using var parts = At(connection,
                "SELECT bytes FROM snapshot_parts WHERE stream = $stream AND sequence = $sequence ORDER BY part", stream, sequence);
            using var part = parts.ExecuteReader();
            while (part.Read())
            {
                state.Write(part.GetFieldValue<byte[]>(0));
            }
        }
        using var snapshot = At(connection,
            "SELECT manifest, payload, checksum FROM snapshots WHERE stream = $stream AND sequence = $sequence", stream, sequence);
        using var row = snapshot.ExecuteReader();
        row.Read();
        state.Write(row.GetFieldValue<byte[]>(1));
        return new StoredRecord(sequence, new JournalRecord(row.GetString(0), state.GetBuffer().AsMemory(0, (int)state.Length)),
            row.GetInt64(2));
    }

    private static SqliteCommand At(SqliteConnection connection, string sql, long stream, long sequence)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$stream", stream);
        command.Parameters.AddWithValue("$sequence", sequence);
        return command;
    }
}
