using System.Globalization;
using Npgsql;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Opens connections to whichever host takes writes, set up so that nothing waits without bound: a statement for
/// <see cref="StatementTimeout"/> on the server and a little longer here, a lock for <see cref="LockTimeout"/>, a transaction whose
/// client says nothing for <see cref="IdleTimeout"/>.
/// </summary>
internal sealed class PostgresConnector(PostgresAddress address, Action<string> warn)
{
    /// <summary>An append of 4,096 events takes some 50 ms; what takes this long is stuck.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Nobody holds a log's row for longer than a commit takes.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A read of a whole log, or a snapshot of hundreds of megabytes over a slow link.</summary>
    public static readonly TimeSpan LongStatementTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Beyond the server's own limit, for its answer to arrive.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    private bool _hasWarned;

    public string Place { get; } = address.ToString();

    public PostgresAddress Address => address;

    /// <param name="name">What the connection is for; shown in pg_stat_activity.</param>
    /// <exception cref="NpgsqlException">No host can be reached, or the one that can refuses.</exception>
    /// <exception cref="NoPrimaryException">Hosts answered, and none of them takes writes.</exception>
    public NpgsqlConnection Open(string name, bool isForLongStatements = false)
    {
        Exception? refusal = null;
        var statements = isForLongStatements ? LongStatementTimeout : StatementTimeout;
        foreach (var (host, port) in address.Hosts)
        {
            var connection = new NpgsqlConnection(Settings(host, port, statements).ConnectionString);
            try
            {
                connection.Open();
                if (IsPrimary(connection, name, statements))
                {
                    return connection;
                }
                refusal ??= new NoPrimaryException($"{host}:{port} is a standby, which takes no writes");
                connection.Dispose();
            }
            catch (Exception failure)
            {
                connection.Dispose();
                if (failure is not NpgsqlException)
                {
                    throw;
                }
                // A host that says why is worth more than one that says nothing.
                refusal = refusal is null or not PostgresException ? failure : refusal;
            }
        }
        throw refusal!;
    }

    private bool IsPrimary(NpgsqlConnection connection, string name, TimeSpan statements)
    {
        using var setUp = connection.CreateCommand();
        setUp.CommandText =
            $"""
            SET application_name = 'offerbook {name}';
            SET search_path TO "{address.Schema.Replace("\"", "\"\"", StringComparison.Ordinal)}";
            SET statement_timeout = {Milliseconds(statements)};
            SET lock_timeout = {Milliseconds(LockTimeout)};
            SET idle_in_transaction_session_timeout = {Milliseconds(IdleTimeout)};
            SET plan_cache_mode = force_generic_plan;
            SET client_min_messages = error;
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes');
            """;
        using var row = setUp.ExecuteReader();
        row.NextResult();
        row.Read();
        if (!_hasWarned && (row.GetString(1) != "on" || row.GetString(2) != "on"))
        {
            _hasWarned = true;
            warn($"The database {Place} runs with fsync = {row.GetString(1)} and full_page_writes = {row.GetString(2)}: a loss of power there loses what was acknowledged. Set both to on.");
        }
        return !row.GetBoolean(0);
    }

    private NpgsqlConnectionStringBuilder Settings(string host, int port, TimeSpan statements)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = port,
            Username = address.User,
            Database = address.Database,
            Timeout = (int)address.ConnectTimeout.TotalSeconds,
            CommandTimeout = (int)(statements + AnswerTime).TotalSeconds,
            SslMode = Enum.Parse<SslMode>(address.SslMode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            RootCertificate = address.RootCertificate,
            SslCertificate = address.ClientCertificate,
            SslKey = address.ClientKey,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
            Enlist = false,
            TcpKeepAlive = true,
            // Statements come in a handful of kinds, each used for ever: the second time one is prepared.
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
        };
        var password = address.Password
            ?? (address.PasswordFile is { } file ? PasswordFile.Find(file, host, port, address.Database, address.User) : null);
        if (password is not null)
        {
            settings.Password = password;
        }
        return settings;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Only standbys answer: a failover is under way, or the primary is gone.</summary>
internal sealed class NoPrimaryException(string message) : Exception(message);
