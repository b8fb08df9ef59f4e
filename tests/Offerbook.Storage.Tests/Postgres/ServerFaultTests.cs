using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Offerbook.Storage.Postgres;
using Offerbook.Testing.Postgres;

namespace Offerbook.Storage.Tests.Postgres;

/// <summary>
/// Row 29 of the fault matrix, with the server itself: killed, started again, without its database, full, behind TLS, with another
/// password.
/// </summary>
[TestFixture]
internal sealed class ServerFaultTests
{
    private static CancellationToken None => CancellationToken.None;

    /// <summary>
    /// Every append that was acknowledged before the kill is there; the one under way is done once the server is back; nobody is fenced by
    /// an outage.
    /// </summary>
    [Test, Property("fault", 29)]
    public async Task Server_KilledUnderAppendsAndStartedAgain_LosesNothingAcknowledged()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var journal = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(server, "postgres", options: "patience=60"));
        await journal.RecoverAsync("a", None);
        var acknowledged = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var appending = Task.Run(async () =>
        {
            for (var next = 1; next <= 400; next += 2)
            {
                await journal.AppendAsync("a", next, Records.Events(next, 2), None);
                if (Interlocked.Exchange(ref acknowledged, next + 1) + 2 == 100)
                {
                    reached.TrySetResult();
                }
            }
        });
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await server.KillAsync();
        Assert.That(Volatile.Read(ref acknowledged), Is.LessThan(400), "the kill came after the last append");
        Assert.That(async () => await journal.ConfirmAsync("a", None), Throws.TypeOf<JournalUnavailableException>());
        await server.StartAgainAsync();
        await appending;
        await journal.ConfirmAsync("a", None);
        Assert.That((await journal.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(1, 400).Texts()));
    }

    [Test, Property("fault", 29)]
    public async Task Database_ThatIsGone_IsToldAtOnceAndAsThat()
    {
        var server = await PostgresFixture.ServerAsync();
        var database = await PostgresFixture.CreateDatabaseAsync();
        await using var journal = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(server, database));
        await journal.RecoverAsync("a", None);
        await PostgresFixture.ExecuteAsync(server, "postgres", $"DROP DATABASE {database} WITH (FORCE)");
        Assert.That(async () => await journal.AppendAsync("a", 1, Records.Events(1, 1), None),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("does not exist").And.Message.Contains(database));
    }

    [Test, Property("fault", 25)]
    public async Task ServersDisk_ThatIsFull_RefusesAnAppendCleanly_AndTakesItLater()
    {
        var server = await PostgresFixture.ServerAsync();
        var database = await PostgresFixture.CreateDatabaseAsync();
        await using var journal = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(server, database));
        await journal.RecoverAsync("a", None);
        await PostgresFixture.ExecuteAsync(server, database,
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        Assert.That(async () => await journal.AppendAsync("a", 1, Records.Events(1, 2), None), Throws.TypeOf<JournalUnavailableException>()
            .With.Property(nameof(JournalUnavailableException.IsClean)).True.And.Message.Contains("disk is full"));
        await PostgresFixture.ExecuteAsync(server, database, "DROP TRIGGER refuse ON events");
        await journal.AppendAsync("a", 1, Records.Events(1, 2), None);
        Assert.That((await journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(2));
    }

    [Test]
    public async Task Open_WithAWrongOrNoPassword_IsRefusedAtOnce_AndTheRightOneIsFoundInAFile()
    {
        var server = await PostgresFixture.ServerAsync();
        var database = await PostgresFixture.CreateDatabaseAsync();
        var bare = $"postgres://{PostgresServer.User}@127.0.0.1:{server.Port}/{database}";
        Assert.That(async () => await PostgresJournal.OpenAsync(PostgresAddress.Parse(bare + "?password=very-wrong")),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("28P01").And.Message.Not.Contains("very-wrong"));
        Assert.That(async () => await PostgresJournal.OpenAsync(PostgresAddress.Parse(bare)), Throws.TypeOf<JournalUnavailableException>());

        var file = Path.GetTempFileName();
        try
        {
            foreach (var lines in new[] { PostgresServer.Password, $"db9:*:*:*:no\n*:{server.Port}:*:{PostgresServer.User}:pa\\:ss/word\n" })
            {
                await File.WriteAllTextAsync(file, lines);
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                await using var journal =
                    await PostgresJournal.OpenAsync(PostgresAddress.Parse($"{bare}?passfile={Uri.EscapeDataString(file)}"));
                await journal.RecoverAsync("a", None);
            }
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Assert.That(async () => await PostgresJournal.OpenAsync(PostgresAddress.Parse($"{bare}?passfile={file}")),
                Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("chmod 600"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The first of the hosts cannot be reached; the second takes writes.</summary>
    [Test, Property("fault", 29)]
    public async Task Open_WithSeveralHosts_FindsTheOneThatServes()
    {
        var server = await PostgresFixture.ServerAsync();
        var database = await PostgresFixture.CreateDatabaseAsync();
        await using var journal = await PostgresJournal.OpenAsync(PostgresAddress.Parse(
            server.Address(database).Replace("127.0.0.1", "127.0.0.1:1,127.0.0.1", StringComparison.Ordinal)));
        Assert.That((await journal.RecoverAsync("a", None)).Epoch, Is.EqualTo(1));
    }

    [Test]
    public async Task Open_OverTls_ChecksTheServersCertificateWhenAskedTo()
    {
        await using var server = await PostgresServer.StartAsync("fsync=off");
        MakeCertificate(server);
        await PostgresFixture.ExecuteAsync(server, "postgres", "ALTER SYSTEM SET ssl = on");
        await PostgresFixture.ExecuteAsync(server, "postgres", "SELECT pg_reload_conf()");

        var trusted = server.FileFor("data/server.crt");
        await using (var journal = await PostgresJournal.OpenAsync(PostgresAddress.Parse(
                         server.Address(options: $"sslmode=verify-full&sslrootcert={trusted}")
                             .Replace("127.0.0.1", "localhost", StringComparison.Ordinal))))
        {
            Assert.That(
                await PostgresFixture.AskAsync(server, "postgres",
                    "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE s.ssl AND a.application_name = 'offerbook writes'"),
                Is.EqualTo(1));
            await journal.RecoverAsync("a", None);
        }
        Assert.That(async () => await PostgresJournal.OpenAsync(PostgresAddress.Parse(server.Address(options: "sslmode=verify-full"))),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("certificate").IgnoreCase);
    }

    private static void MakeCertificate(PostgresServer server)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        server.WriteFile("data/server.crt", certificate.ExportCertificatePem());
        server.WriteFile("data/server.key", key.ExportPkcs8PrivateKeyPem());
    }
}
