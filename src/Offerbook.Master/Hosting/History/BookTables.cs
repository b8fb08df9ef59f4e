using Microsoft.Data.Sqlite;
using Offerbook.Master.Offers;

namespace Offerbook.Master.Hosting.History;

/// <summary>The statements that change the offer book, prepared once. Used by the writer's thread alone.</summary>
internal sealed class BookTables : IDisposable
{
    /// <summary>
    /// Rows deleted in one step beyond those that came in: old rows go fast enough and no step takes more than milliseconds.
    /// </summary>
    private const int ExtraDeletes = 500;

    /// <summary>Names looked at in one step of the search for those that no row uses any more.</summary>
    private const int NamesPerStep = 200;

    private readonly SqliteConnection _connection;
    private readonly OfferBookOptions _options;
    private readonly NameTable _names;
    private readonly SqliteCommand _insertOffer;
    private readonly SqliteCommand _insertShare;
    private long _lastId;
    private long _lastName;

    public BookTables(SqliteConnection connection, OfferBookOptions options)
    {
        _connection = connection;
        _options = options;
        _names = new NameTable(connection);
        _insertOffer = Prepare(
            "INSERT INTO offers VALUES ($id, $made, $ended, $offer, $framework, $agent, $role, $outcome, $refuse, $resources, "
            + "$amounts, $used, $operations, $with)",
            "$id", "$made", "$ended", "$offer", "$framework", "$agent", "$role", "$outcome", "$refuse", "$resources", "$amounts", "$used",
            "$operations", "$with");
        _insertShare = Prepare("INSERT OR REPLACE INTO shares VALUES ($time, $role, $share, $allocated, $offered, $frameworks)",
            "$time", "$role", "$share", "$allocated", "$offered", "$frameworks");
        _lastId = connection.Number("SELECT max(id) FROM offers");
        Offers = connection.Number("SELECT count(*) FROM offers");
        Shares = connection.Number("SELECT count(*) FROM shares");
    }

    /// <summary>Rows in the table.</summary>
    public long Offers { get; private set; }

    public long Shares { get; private set; }

    /// <summary>One transaction: everything, or nothing; with it a part of what is over the bounds goes.</summary>
    public void Write(IReadOnlyList<BookEntry> entries, DateTimeOffset now)
    {
        var (lastId, offers, shares, lastName) = (_lastId, Offers, Shares, _lastName);
        _connection.Run("BEGIN IMMEDIATE");
        try
        {
            foreach (var entry in entries)
            {
                switch (entry)
                {
                    case BookEntry.Over over:
                        Insert(over.Offer);
                        break;
                    case BookEntry.Shares sample:
                        Insert(sample);
                        break;
                }
            }
            Prune(now, entries.Count);
            _connection.Run("COMMIT");
        }
        catch
        {
            Undo();
            (_lastId, Offers, Shares, _lastName) = (lastId, offers, shares, lastName);
            _names.Forget();
            throw;
        }
    }

    public void Dispose()
    {
        _names.Dispose();
        _insertOffer.Dispose();
        _insertShare.Dispose();
    }

    private void Undo()
    {
        try
        {
            _connection.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // The failure that is on its way has ended the transaction itself; it says what happened.
        }
    }

    private void Insert(OfferEnded ended)
    {
        var offer = ended.Offer;
        var endedUs = Microseconds(ended.At.Wall);
        _lastId = Math.Max(_lastId + 1, endedUs);
        // Held is judged by the clock that never goes back.
        var madeUs = endedUs - (long)(ended.At.Elapsed - offer.At.Elapsed).TotalMicroseconds;
        Set(_insertOffer, _lastId, madeUs, endedUs, offer.Id.Value,
            _names.IdOf(NameKind.Framework, offer.Framework.Value, offer.FrameworkName),
            _names.IdOf(NameKind.Agent, offer.Agent.Value, offer.Hostname),
            _names.IdOf(NameKind.Role, offer.Role, offer.Role),
            (long)ended.End,
            ended.Refuse is { } refuse ? (long)refuse.TotalMilliseconds : DBNull.Value,
            OfferRow.Text(offer.Resources),
            BookText.Amounts(offer.Resources.Quantities),
            ended.End == OfferEnd.Accepted ? BookText.Amounts(ended.Used) : DBNull.Value,
            ended.Operations.Count > 0 ? BookText.Operations(ended.Operations) : DBNull.Value,
            ended.AcceptedWith?.Value ?? (object)DBNull.Value);
        Offers++;
    }

    private void Insert(BookEntry.Shares sample)
    {
        foreach (var role in sample.Roles)
        {
            Set(_insertShare, Microseconds(sample.Time), _names.IdOf(NameKind.Role, role.Role, role.Role), role.Share,
                BookText.Amounts(role.Allocated), BookText.Amounts(role.Offered), (long)role.Frameworks);
            Shares++;
        }
    }

    private void Prune(DateTimeOffset now, int added)
    {
        var step = added + ExtraDeletes;
        var oldest = Microseconds(now - _options.MaxAge);
        var tooMany = Math.Min(Offers - _options.MaxOffers, step);
        if (tooMany > 0)
        {
            Offers -= Change($"DELETE FROM offers WHERE id IN (SELECT id FROM offers ORDER BY id LIMIT {tooMany})");
        }
        Offers -= Change($"DELETE FROM offers WHERE id IN (SELECT id FROM offers WHERE id < {oldest} ORDER BY id LIMIT {step})");
        var tooManyShares = Math.Min(Shares - _options.MaxShares, step);
        if (tooManyShares > 0)
        {
            Shares -= Change(
                $"DELETE FROM shares WHERE (time, role) IN (SELECT time, role FROM shares ORDER BY time LIMIT {tooManyShares})");
        }
        Shares -= Change(
            $"DELETE FROM shares WHERE (time, role) IN (SELECT time, role FROM shares WHERE time < {oldest} ORDER BY time LIMIT {step})");
        PruneNames();
    }

    /// <summary>Walks through the names round and round, a few at a time. Roles stay: there are few, and shares use them too.</summary>
    private void PruneNames()
    {
        var next = _connection.Number(
            $"SELECT max(id) FROM (SELECT id FROM names WHERE id > {_lastName} ORDER BY id LIMIT {NamesPerStep})");
        if (next == 0)
        {
            _lastName = 0;
            return;
        }
        var gone = Change(
            $"""
            DELETE FROM names WHERE id > {_lastName} AND id <= {next} AND kind <> {(int)NameKind.Role}
              AND NOT EXISTS (SELECT 1 FROM offers WHERE framework = names.id) AND NOT EXISTS (SELECT 1 FROM offers WHERE agent = names.id)
            """);
        if (gone > 0)
        {
            _names.Forget();
        }
        _lastName = next;
    }

    public static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private long Change(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }
        return command;
    }
}
