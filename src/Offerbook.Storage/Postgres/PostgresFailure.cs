using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Offerbook.Storage.Postgres;

/// <summary>What to make of a refusal.</summary>
internal enum FailureKind
{
    /// <summary>
    /// The connection or the server is gone, or says nothing: what became of the statement is unknown. Connect anew and look.
    /// </summary>
    Lost,

    /// <summary>The server took the statement back and may take it another time: a time-out, a deadlock, a busy server.</summary>
    Again,

    /// <summary>The row of the log is locked, maybe by a connection of ours that died while it held it.</summary>
    Locked,

    /// <summary>No room on the server's disk; it took the statement back.</summary>
    Full,

    /// <summary>The server says that what lies on its disk is broken.</summary>
    Damaged,

    /// <summary>It will say the same the next time: no such database, a wrong password, no right.</summary>
    Final,
}

internal static class PostgresFailure
{
    public static FailureKind KindOf(Exception failure) => failure switch
    {
        NoPrimaryException => FailureKind.Lost,
        PostgresException refused => KindOf(refused.SqlState),
        // A certificate, or a password, that does not do; everything else that is not the server's own word is the connection's.
        NpgsqlException { IsTransient: false, InnerException: null or AuthenticationException } => FailureKind.Final,
        NpgsqlException => FailureKind.Lost,
        IOException or SocketException or TimeoutException => FailureKind.Lost,
        _ => FailureKind.Final,
    };

    /// <exception cref="JournalDamagedException"/>
    /// <exception cref="JournalUnavailableException"/>
    public static Exception Explain(Exception failure, FailureKind kind, string place, string what) => kind switch
    {
        FailureKind.Damaged => new JournalDamagedException(
            $"The database {place} reports damage: {Reason(failure)}. Restore the journal from a backup (offerbook restore).", failure),
        FailureKind.Full => new JournalUnavailableException(
            $"The database {place} cannot {what}: its disk is full. Nothing was kept of this write. Free some space there; the journal goes on from there.", failure) { IsClean = true },
        FailureKind.Final => new JournalUnavailableException($"The database {place} refuses to {what}: {Reason(failure)}.", failure),
        _ => new JournalUnavailableException(
            $"The database {place} cannot be reached to {what}: {Reason(failure)}. Start it, or mend the network between here and there.",
            failure),
    };

    /// <summary>In one line, with what lies behind it; Npgsql's own words tell addresses and users, never a password.</summary>
    public static string Reason(Exception failure)
    {
        var text = failure is PostgresException refused ? $"{refused.MessageText} ({refused.SqlState})" : failure.Message;
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            text += text.Contains(inner.Message, StringComparison.Ordinal) ? "" : ": " + inner.Message;
        }
        return text.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }

    private static FailureKind KindOf(string state) => state switch
    {
        // The connection; what a server says when it stops, starts, or is told to end a connection; a primary that has become a standby.
        ['0', '8', ..] or "57P01" or "57P02" or "57P03" or "57P05" or "25006" => FailureKind.Lost,
        "55P03" => FailureKind.Locked,
        "53100" => FailureKind.Full,
        // Cancelled by a time-out, deadlock, serialisation, too many connections, out of memory, an idle transaction that was ended.
        "57014" or "40P01" or "40001" or ['5', '3', ..] or "25P03" => FailureKind.Again,
        "XX001" or "XX002" => FailureKind.Damaged,
        _ => FailureKind.Final,
    };
}
