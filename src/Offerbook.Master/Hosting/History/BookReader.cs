using System.Text;
using Microsoft.Data.Sqlite;
using Offerbook.Master.Offers;

namespace Offerbook.Master.Hosting.History;

/// <summary>
/// Reads the past. A page is at most a few walks along an index, newest first, each stopped at the page's size; whatever else is
/// asked is checked row by row on the way. Each query opens the file anew (a fraction of a millisecond), so that a file which was
/// put aside is not read on.
/// </summary>
internal static class BookReader
{
    /// <summary>As in the index of offers that were out for long.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>Agents on one host, or frameworks of one name, that are looked at, newest first.</summary>
    private const int MaxNamesakes = 100;

    private const string Columns =
        """
        o.id, o.offer, f.text, f.label, a.text, a.label, r.text, o.made, o.ended, o.outcome, o.refuse_ms, o.resources, o.amounts, o.used,
        o.operations, o.accepted_with
        """;

    private const string Joins =
        "JOIN names f ON f.id = o.framework JOIN names a ON a.id = o.agent JOIN names r ON r.id = o.role";

    /// <summary>Past offers, newest first, at most <see cref="OfferQuery.Limit"/>.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static List<OfferRow> Offers(string path, OfferQuery query, int limit)
    {
        using var connection = BookFile.OpenReader(path);
        var agents = Find(connection, NameKind.Agent, query.Agent);
        var frameworks = Find(connection, NameKind.Framework, query.Framework);
        var roles = Find(connection, NameKind.Role, query.Role);
        if (agents is { Count: 0 } || frameworks is { Count: 0 } || roles is { Count: 0 })
        {
            return [];
        }
        var (index, column, walked) = agents is not null ? ("offers_agent", "agent", agents)
            : frameworks is not null ? ("offers_framework", "framework", frameworks)
            : roles is not null ? ("offers_role", "role", roles)
            : query.Outcome is not null
            ? ("offers_outcome", "outcome", OfferOutcomes.EndsOf(query.Outcome.Value).Select(end => (long)end).ToList())
            : ((string?)null, "", (List<long>)[0]);
        var rows = new List<OfferRow>();
        foreach (var id in walked)
        {
            rows.AddRange(Walk(connection, query, limit, index, index is null ? null : $"o.{column} = {id}", agents, frameworks, roles));
        }
        rows.Sort(static (x, y) => y.Position.CompareTo(x.Position));
        if (rows.Count > limit)
        {
            rows.RemoveRange(limit, rows.Count - limit);
        }
        return rows;
    }

    /// <summary>
    /// Of offers that ended before until and a little, the order of the table is the order of time. One that was out at until and
    /// ended long after it was out for long: the index of those has them, and they are newer than all others.
    /// </summary>
    private static List<OfferRow> Walk(SqliteConnection connection, OfferQuery query, int limit, string? index, string? condition,
        List<long>? agents, List<long>? frameworks, List<long>? roles)
    {
        var conditions = new List<string>();
        if (condition is not null)
        {
            conditions.Add(condition);
        }
        AddChoice(conditions, "o.agent", agents, condition);
        AddChoice(conditions, "o.framework", frameworks, condition);
        AddChoice(conditions, "o.role", roles, condition);
        if (query.Outcome is { } outcome)
        {
            AddChoice(conditions, "o.outcome", OfferOutcomes.EndsOf(outcome).Select(end => (long)end).ToList(), condition);
        }
        if (query.Cursor?.Position is { } position)
        {
            conditions.Add($"o.id < {position}");
        }
        if (query.From is { } from)
        {
            conditions.Add($"o.id >= {BookTables.Microseconds(from)}");
        }
        if (query.Until is not { } until)
        {
            return Select(connection, index, conditions, limit);
        }
        conditions.Add($"o.made <= {BookTables.Microseconds(until)}");
        var border = BookTables.Microseconds(until + Long);
        var rows = Select(connection, "offers_long",
            [.. conditions, $"o.ended - o.made > {(long)Long.TotalMicroseconds}", $"o.id > {border}"], limit);
        if (rows.Count < limit)
        {
            rows.AddRange(Select(connection, index, [.. conditions, $"o.id <= {border}"], limit - rows.Count));
        }
        return rows;
    }

    private static List<OfferRow> Select(SqliteConnection connection, string? index, List<string> conditions, int limit)
    {
        var sql = new StringBuilder($"SELECT {Columns} FROM offers o ");
        sql.Append(index is null ? "NOT INDEXED " : $"INDEXED BY {index} ").Append(Joins);
        if (conditions.Count > 0)
        {
            sql.Append(" WHERE ").AppendJoin(" AND ", conditions);
        }
        // CROSS JOIN order is what is wanted: the offers decide, the names follow.
        sql.Replace("JOIN names", "CROSS JOIN names").Append(" ORDER BY o.id DESC LIMIT ").Append(limit);
        using var command = connection.CreateCommand();
        command.CommandText = sql.ToString();
        using var row = command.ExecuteReader();
        var rows = new List<OfferRow>();
        while (row.Read())
        {
            rows.Add(Read(row));
        }
        return rows;
    }

    private static void AddChoice(List<string> conditions, string column, List<long>? values, string? walked)
    {
        if (values is not null && walked?.StartsWith(column + " ", StringComparison.Ordinal) != true)
        {
            conditions.Add($"{column} IN ({string.Join(',', values)})");
        }
    }

    /// <returns>The numbers of everything of that id or label; null when nothing is asked for.</returns>
    private static List<long>? Find(SqliteConnection connection, NameKind kind, string? name)
    {
        if (name is null)
        {
            return null;
        }
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT id FROM names WHERE kind = {(int)kind} AND (text = $name OR label = $name) ORDER BY id DESC LIMIT {MaxNamesakes}";
        command.Parameters.AddWithValue("$name", name);
        using var row = command.ExecuteReader();
        var ids = new List<long>();
        while (row.Read())
        {
            ids.Add(row.GetInt64(0));
        }
        return ids;
    }

    private static OfferRow Read(SqliteDataReader row)
    {
        var (made, ended) = (row.GetInt64(7), row.GetInt64(8));
        return new OfferRow(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
            row.GetString(6),
            Time(made), Time(ended), TimeSpan.FromMicroseconds(ended - made), (OfferEnd)row.GetInt64(9),
            row.IsDBNull(10) ? null : TimeSpan.FromMilliseconds(row.GetInt64(10)),
            row.GetString(11), row.GetString(12), Text(row, 13), Text(row, 14), Text(row, 15));
    }

    internal static DateTimeOffset Time(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
