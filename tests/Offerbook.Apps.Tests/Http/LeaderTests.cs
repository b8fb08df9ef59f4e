using Offerbook.Storage;
using Offerbook.Storage.Archive;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Stepping down with nobody else to stand: a new term of the same process.</summary>
[Property("case", 197)]
public sealed class LeaderTests : ApiFixture
{
    [Test]
    public async Task Abdication_OfTheOnlyOne_EndsStreamsAndKeepsApps()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");
        using var follower = await FollowAsync("");
        var answer = await SendAsync("DELETE", "/v2/leader");
        Assert.That((answer.Status, answer.Message), Is.EqualTo((200, "Leadership abdicated")));

        await follower.UntilEndAsync();
        var app = await GetAsync("/v2/apps/a");
        while (app.Status == 503)
        {
            // The next term is being recovered; it says so.
            app = await GetAsync("/v2/apps/a");
        }
        Assert.That((int)app.Json["app"]!["instances"]!, Is.EqualTo(1));
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/b","cmd":"sleep 1"}""")).Status, Is.EqualTo(201));
        Assert.That((await GetAsync("/v2/leader")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Abdication_WithABackup_WithoutADirectoryForThem_IsRefusedAndChangesNothing()
    {
        using var follower = await FollowAsync("");
        var answer = await SendAsync("DELETE", "/v2/leader?backup=file:///tmp/b");
        Assert.That((answer.Status, answer.Message), Is.EqualTo((501,
            "No directory is set aside for backups (--backup_dir). Use offerbook backup, and leave backup out to abdicate.")));
        answer = await SendAsync("DELETE", "/v2/leader?restore=file:///tmp/b");
        Assert.That((answer.Status, answer.Message), Is.EqualTo((501,
            "Nothing is restored under running instances: stop all that use the store, and run offerbook restore. Leave restore out to abdicate.")));
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task Abdication_WithABackup_LeavesAFileThatHoldsWhatWasAcknowledged()
    {
        var directory = Directory.CreateDirectory(Path.Combine(DataDirectory, "backups")).FullName;
        BackupDirectory = directory;
        await RestartAsync();
        await SendAsync("POST", "/v2/apps", """{"id":"/kept","cmd":"sleep 1"}""");
        using (var follower = await FollowAsync(""))
        {
            var answer = await SendAsync("DELETE", $"/v2/leader?backup=file://{directory}/one");
            Assert.That((answer.Status, answer.Message), Is.EqualTo((200, "Leadership abdicated")));
            await follower.UntilEndAsync();
        }
        var file = Path.Combine(directory, "one");
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var copy = new StoreAddress.OfFile(file);
        Assert.That(StoreArchive.Verify(copy).IsWhole);

        // The framework goes on from the backup when it is put back: what came later is gone.
        await Eventually201Async("""{"id":"/later","cmd":"sleep 1"}""");
        await Host.DisposeAsync();
        StoreArchive.Restore(file, new StoreAddress.OfFile(Path.Combine(DataDirectory, "journal.db")), force: true);
        await RestartAsync();
        Assert.That(((await GetAsync("/v2/apps/kept")).Status, (await GetAsync("/v2/apps/later")).Status), Is.EqualTo((200, 404)));
    }

    [Test]
    public async Task Abdication_WithABackupThatCannotBe_SaysWhyAndKeepsLeading()
    {
        var directory = Directory.CreateDirectory(Path.Combine(DataDirectory, "backups")).FullName;
        BackupDirectory = directory;
        await RestartAsync();
        await File.WriteAllTextAsync(Path.Combine(directory, "there"), "kept");
        var refused = new Dictionary<string, int>
        {
            ["s3://bucket/key"] = 422,
            ["file:/b"] = 422,
            [$"file://{directory}/../b"] = 403,
            [$"file://{directory}/below/b"] = 403,
            [$"file://{directory}/%2e%2e/b"] = 403,
            [$"file://{directory}"] = 403,
            [$"file://{directory}/there"] = 409,
        };
        foreach (var (uri, status) in refused)
        {
            Assert.That((await SendAsync("DELETE", "/v2/leader?backup=" + Uri.EscapeDataString(uri))).Status, Is.EqualTo(status), uri);
        }
        Directory.Delete(directory, recursive: true);
        var answer = await SendAsync("DELETE", $"/v2/leader?backup=file://{directory}/b");
        Assert.That(answer.Status, Is.EqualTo(500), answer.Message);
        Assert.That(answer.Message, Does.StartWith("The backup was not made, and leadership is kept: "));
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""")).Status, Is.EqualTo(201));
    }

    private async Task Eventually201Async(string app)
    {
        var answer = await SendAsync("POST", "/v2/apps", app);
        while (answer.Status == 503)
        {
            // The next term is being recovered; it says so.
            answer = await SendAsync("POST", "/v2/apps", app);
        }
        Assert.That(answer.Status, Is.EqualTo(201));
    }
}
