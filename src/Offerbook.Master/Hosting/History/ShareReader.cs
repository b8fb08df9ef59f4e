using Microsoft.Data.Sqlite;

namespace Offerbook.Master.Hosting.History;

/// <summary>A role at one moment, as it was noted down. Amounts are JSON.</summary>
internal sealed record ShareRow(DateTimeOffset Time, string Role, double Share, string Allocated, string Offered, int Frameworks);

/// <summary>Reads the shares of the past: of each step the last sample that was taken in it.</summary>
internal static class ShareReader
{
    /// <summary>Steps in one answer.</summary>
    public const int MaxSteps = 1_000;

    /// <summary>Rows in one answer: a hundred roles over all steps.</summary>
    public const int MaxRows = 100_000;

    /// <summary>Sorted by role and then by time. At most <see cref="MaxRows"/>, the newest.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static List<ShareRow> Read(string path, DateTimeOffset from, DateTimeOffset until, TimeSpan step, string? role)
    {
        using var connection = BookFile.OpenReader(path);
        var times = Times(connection, BookTables.Microseconds(from), BookTables.Microseconds(until), (long)step.TotalMicroseconds);
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT r.text, s.share, s.allocated, s.offered, s.frameworks FROM shares s JOIN names r ON r.id = s.role "
            + "WHERE s.time = $time AND ($role IS NULL OR r.text = $role)";
        var time = command.Parameters.Add(new SqliteParameter { ParameterName = "$time" });
        command.Parameters.AddWithValue("$role", (object?)role ?? DBNull.Value);
        var rows = new List<ShareRow>();
        foreach (var at in times)
        {
            time.Value = at;
            using var row = command.ExecuteReader();
            while (row.Read() && rows.Count < MaxRows)
            {
                rows.Add(new ShareRow(BookReader.Time(at), row.GetString(0), row.GetDouble(1), row.GetString(2), row.GetString(3),
                    row.GetInt32(4)));
            }
        }
        return [.. rows.OrderBy(row => row.Role, StringComparer.Ordinal).ThenBy(row => row.Time)];
    }

    /// <summary>Newest first. One look into the index a step: the rows between are passed over.</summary>
    private static List<long> Times(SqliteConnection connection, long from, long until, long step)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max(time) FROM shares WHERE time >= $from AND time <= $until";
        var (low, high) = (command.Parameters.AddWithValue("$from", from), command.Parameters.AddWithValue("$until", until));
        var times = new List<long>();
        // Steps are counted from until: the newest sample is always in.
        for (var end = until; end >= from && times.Count < MaxSteps;)
        {
            (low.Value, high.Value) = (from, end);
            if (command.ExecuteScalar() is not long found)
            {
                break;
            }
            times.Add(found);
            end = until - ((until - found) / step + 1) * step;
        }
        return times;
    }
}
