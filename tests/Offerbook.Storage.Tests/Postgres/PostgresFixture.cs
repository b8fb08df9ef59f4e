using Npgsql;
using Offerbook.Storage.Postgres;
using Offerbook.Testing.Postgres;

namespace Offerbook.Storage.Tests.Postgres;

/// <summary>One server for all tests of this assembly, started by the first that needs it; each test has a database of its own.</summary>
internal static class PostgresFixture
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static PostgresServer? _server;
    private static int _databases;

    public static async Task<PostgresServer> ServerAsync()
    {
        await Starting.WaitAsync();
        try
        {
            // No fsync: nobody pulls the plug of this machine here.
            return _server ??= await PostgresServer.StartAsync("fsync=off", "full_page_writes=off");
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <returns>The name of a new, empty database.</returns>
    public static async Task<string> CreateDatabaseAsync(PostgresServer? server = null)
    {
        server ??= await ServerAsync();
        var name = "test" + Interlocked.Increment(ref _databases);
        await ExecuteAsync(server, "postgres", $"CREATE DATABASE {name} TEMPLATE template0");
        return name;
    }

    public static PostgresAddress AddressOf(PostgresServer server, string database, int? port = null, string options = "patience=20") =>
        PostgresAddress.Parse(server.Address(database, port, options));

    /// <returns>How many rows were changed.</returns>
    public static async Task<int> ExecuteAsync(PostgresServer server, string database, string sql)
    {
        await using var connection = await ConnectAsync(server, database);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<object?> AskAsync(PostgresServer server, string database, string sql)
    {
        await using var connection = await ConnectAsync(server, database);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Behind the journal's back; sees the journal's tables.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(PostgresServer server, string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = server.Port, Username = PostgresServer.User, Password = PostgresServer.Password,
            Database = database, Pooling = false, SearchPath = "offerbook",
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
