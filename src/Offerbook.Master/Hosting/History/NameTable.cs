using Microsoft.Data.Sqlite;

namespace Offerbook.Master.Hosting.History;

/// <summary>What a name names. Numbers are stored.</summary>
internal enum NameKind
{
    Framework = 1,
    Agent = 2,
    Role = 3,
}

/// <summary>Gives names small numbers. Used by the writer; remembers those it has met, up to a bound.</summary>
internal sealed class NameTable(SqliteConnection connection) : IDisposable
{
    /// <summary>Far more than the agents and frameworks of one cluster; when it is reached, all are looked up again.</summary>
    private const int MaxRemembered = 200_000;

    private readonly Dictionary<(NameKind, string), (long Id, string Label)> _known = [];
    private readonly SqliteCommand _put = Prepare(connection);

    public long IdOf(NameKind kind, string text, string label)
    {
        if (_known.TryGetValue((kind, text), out var known) && known.Label == label)
        {
            return known.Id;
        }
        _put.Parameters[0].Value = (long)kind;
        _put.Parameters[1].Value = text;
        _put.Parameters[2].Value = label;
        var id = (long)_put.ExecuteScalar()!;
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }
        _known[(kind, text)] = (id, label);
        return id;
    }

    /// <summary>What was met in a transaction that failed may not be in the table.</summary>
    public void Forget() => _known.Clear();

    public void Dispose() => _put.Dispose();

    private static SqliteCommand Prepare(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO names (kind, text, label) VALUES ($k, $t, $l) "
            + "ON CONFLICT (kind, text) DO UPDATE SET label = excluded.label RETURNING id";
        foreach (var name in (ReadOnlySpan<string>)["$k", "$t", "$l"])
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
        return command;
    }
}
