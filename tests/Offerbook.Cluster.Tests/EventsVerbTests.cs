using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary><c>offerbook events</c> against an Apps that asks who is there.</summary>
[TestFixture]
internal sealed class EventsVerbTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Events_AsJsonWithACredential_AreLinesOfJson()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-events-").FullName;
        try
        {
            var (users, secret, port) = (Path.Combine(directory, "users"), Path.Combine(directory, "secret"),
                Harness.Cluster.FreePorts(1)[0]);
            await WriteSecretAsync(users, "reader s3cret\n");
            await WriteSecretAsync(secret, "s3cret");
            using var apps = OfferbookProcess.Start(
                ["apps", "--master", "http://127.0.0.1:1", "--data-dir", Path.Combine(directory, "apps"), "--port", $"{port}",
                "--http_credentials", users]);
            await apps.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), Patience);
            string[] events = ["events", "--apps-url", $"http://127.0.0.1:{port}", "--snapshot", "--json"];

            var (status, output) = await OfferbookProcess.RunAsync(events, Patience);
            Assert.That((status, output), Is.EqualTo((1, output)));
            Assert.That(output, Does.Contain("(status 401)").And.Contain("--secret-file"));

            using var reader = OfferbookProcess.Start([.. events, "--principal", "reader", "--secret-file", secret]);
            var line = await reader.WaitForLineAsync(line => line.Contains("snapshot_complete", StringComparison.Ordinal), Patience);
            Assert.That(((string)JObject.Parse(line)["eventType"]!, (int)JObject.Parse(line)["apps"]!),
                Is.EqualTo(("snapshot_complete", 0)));
            var attached = await reader.WaitForLineAsync(line => line.Contains("event_stream_attached", StringComparison.Ordinal),
                Patience);
            Assert.That((string)JObject.Parse(attached)["eventType"]!, Is.EqualTo("event_stream_attached"));

            // As a variable, under the name that Apps knows it by; in words for people.
            using var people = OfferbookProcess.Start(["events", "--apps-url", $"http://127.0.0.1:{port}"],
                environment: new Dictionary<string, string>
            {
                ["OFFERBOOK_APPS_PRINCIPAL"] = "reader", ["OFFERBOOK_APPS_SECRET_FILE"] = secret, ["OFFERBOOK_PRINCIPAL"] = "somebody",
                ["OFFERBOOK_SECRET_FILE"] = "/nowhere",
            });
            await people.WaitForLineAsync(line => line.Contains("event_stream_attached", StringComparison.Ordinal)
                && line.EndsWith("127.0.0.1", StringComparison.Ordinal), Patience);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task WriteSecretAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
