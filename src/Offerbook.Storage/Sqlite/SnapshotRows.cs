using Microsoft.Data.Sqlite;

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

    public static (JournalRecord Record, bool IsIntact) Read(SqliteConnection connection, JournalStream stream, long sequence)
    {
        var state = new MemoryStream();
        using (var parts = At(connection, "SELECT bytes FROM snapshot_parts WHERE stream = $stream AND sequence = $sequence ORDER BY part", stream, sequence))
        using (var part = parts.ExecuteReader())
        {
            while (part.Read())
            {
                state.Write(part.GetFieldValue<byte[]>(0));
            }
        }
        using var snapshot = At(connection, "SELECT manifest, payload, checksum FROM snapshots WHERE stream = $stream AND sequence = $sequence", stream, sequence);
        using var row = snapshot.ExecuteReader();
        row.Read();
        state.Write(row.GetFieldValue<byte[]>(1));
        var record = new JournalRecord(row.GetString(0), state.GetBuffer().AsMemory(0, (int)state.Length));
        return (record, row.GetInt64(2) == JournalChecksum.Of(stream.PersistenceId, sequence, record));
    }

    private static SqliteCommand At(SqliteConnection connection, string sql, JournalStream stream, long sequence)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$stream", stream.Id);
        command.Parameters.AddWithValue("$sequence", sequence);
        return command;
    }
}
