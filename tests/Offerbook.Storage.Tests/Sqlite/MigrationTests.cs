using Microsoft.Data.Sqlite;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Tests.Sqlite;

/// <summary>A file as version 1 of the program left it, opened by this one.</summary>
[TestFixture]
internal sealed class MigrationTests
{
    private string _directory = "";
    private readonly List<string> _warnings = [];

    private string Db => Path.Combine(_directory, "journal.db");

    private string Backup => Db + ".v1.backup";

    private static CancellationToken None => CancellationToken.None;

    [SetUp]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-migration-").FullName;
        _warnings.Clear();
        MakeVersion1();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Open_AVersion1File_BringsItUpAndKeepsACopy()
    {
        await using (var journal = await SqliteJournal.OpenAsync(Db, None, _warnings.Add))
        {
            var recovery = await journal.RecoverAsync("a", None);
            Assert.That(recovery.Snapshot!.Record.Text(), Is.EqualTo("Whole/1:state 4"));
            Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(5, 6).Texts()));
            Assert.That(recovery.Epoch, Is.EqualTo(1));
            await journal.AppendAsync("a", 11, Records.Events(11, 1), None);
            await journal.SaveSnapshotAsync("a", Records.Snapshot(11), None);
        }
        Assert.That(_warnings.Single(), Does.Contain("from schema version 1 to 2").And.Contain(Backup));
        Assert.That(File.GetUnixFileMode(Backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Ask(Backup, "SELECT version FROM schema_version"), Is.EqualTo(1));
        Assert.That(Ask(Backup, "SELECT count(*) FROM events"), Is.EqualTo(10));
        Assert.That(Ask(Db, "SELECT version FROM schema_version"), Is.EqualTo(2));
    }

    [Test]
    public async Task Open_AgainAfterwards_ChangesNothingMore()
    {
        await (await SqliteJournal.OpenAsync(Db)).DisposeAsync();
        File.Delete(Backup);
        await using var journal = await SqliteJournal.OpenAsync(Db, None, _warnings.Add);
        Assert.That((await journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(10));
        Assert.That(_warnings, Is.Empty);
        Assert.That(File.Exists(Backup), Is.False);
    }

    /// <summary>Cut short between the copy and the change.</summary>
    [Test]
    public async Task Open_WhereACopyIsLeftOfAnEarlierAttempt_ReplacesIt()
    {
        await File.WriteAllTextAsync(Backup, "half a copy");
        await File.WriteAllTextAsync(Backup + ".partial", "half a copy");
        await using var journal = await SqliteJournal.OpenAsync(Db);
        Assert.That(Ask(Backup, "SELECT count(*) FROM events"), Is.EqualTo(10));
        Assert.That(File.Exists(Backup + ".partial"), Is.False);
    }

    [Test]
    public async Task Open_WhereTheCopyCannotBeMade_LeavesTheFileAsItIs()
    {
        Directory.CreateDirectory(Path.Combine(Backup, "in the way"));
        Assert.That(async () => await SqliteJournal.OpenAsync(Db),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains(Backup).And.Message.Contains("nothing has been changed"));
        Assert.That(Ask(Db, "SELECT version FROM schema_version"), Is.EqualTo(1));

        Directory.Delete(Backup, recursive: true);
        await using var journal = await SqliteJournal.OpenAsync(Db);
        Assert.That((await journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(10));
    }

    private void MakeVersion1()
    {
        using var connection = Open(Db);
        Execute(connection,
            """
            PRAGMA journal_mode=WAL;
            CREATE TABLE schema_version (version INTEGER NOT NULL);
            INSERT INTO schema_version VALUES (1);
            CREATE TABLE streams (id INTEGER PRIMARY KEY, persistence_id TEXT NOT NULL UNIQUE, last_sequence INTEGER NOT NULL);
            CREATE TABLE events (stream INTEGER NOT NULL REFERENCES streams (id), sequence INTEGER NOT NULL, manifest TEXT NOT NULL,
              payload BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (stream, sequence)) WITHOUT ROWID;
            CREATE TABLE snapshots (stream INTEGER NOT NULL REFERENCES streams (id), sequence INTEGER NOT NULL, manifest TEXT NOT NULL,
              payload BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (stream, sequence));
            INSERT INTO streams VALUES (1, 'a', 10);
            """);
        for (var i = 1; i <= 10; i++)
        {
            Insert(connection, "events", i, Records.Event(i));
        }
        Insert(connection, "snapshots", 4, Records.Snapshot(4).Record);
    }

    private static void Insert(SqliteConnection connection, string table, long sequence, JournalRecord record) =>
        Execute(connection, $"INSERT INTO {table} VALUES (1, $sequence, $manifest, $payload, $checksum)", ("$sequence", sequence),
            ("$manifest", record.Manifest), ("$payload", record.Payload.ToArray()),
            ("$checksum", (long)JournalChecksum.Of("a", sequence, record)));

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }
        command.ExecuteNonQuery();
    }

    private static long Ask(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }
}
