using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>A secret from its file to a task of a real agent.</summary>
[TestFixture]
internal sealed class SecretTests
{
    private const string Value = "correct-horse-7b1d";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    [Property("case", 212)]
    public async Task Secret_OfAnApp_ReachesItsTaskAndNobodyElse()
    {
        var secrets = Directory.CreateTempSubdirectory("offerbook-secrets-").FullName;
        try
        {
            await using var parts = await SeparateParts.StartAsync("--secrets_dir", secrets);
            await parts.AppsAsync(HttpMethod.Post, "/v2/apps", JObject.Parse("""
                {"id":"/a","cmd":"(echo $PASSWORD; cat password) > told; sleep 1000","cpus":0.1,"mem":32,"env":{"PASSWORD":{"secret":"pw"}},
                 "secrets":{"pw":{"source":"shop/pw"}},"container":{"type":"MESOS","volumes":[{"containerPath":"password","secret":"pw"}]}}
                """));
            var why = await parts.AppsAsync(HttpMethod.Get, "/offerbook/v1/apps/a/why");
            await Eventually.HoldsAsync(async () =>
                (string?)(why = await parts.AppsAsync(HttpMethod.Get, "/offerbook/v1/apps/a/why"))
                    .SelectToken("reasons[0].reason") == "secretMissing",
                "it waits for its secret", Patience, () => Task.FromResult(why.ToString()));
            Directory.CreateDirectory(Path.Combine(secrets, "shop"));
            var file = Path.Combine(secrets, "shop", "pw");
            await File.WriteAllTextAsync(file + ".new", Value + "\n");
            File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(file + ".new", file);
            await Eventually.HoldsAsync(() =>
                Task.FromResult(Directory.EnumerateFiles(parts.DataDirectory, "told", SearchOption.AllDirectories)
                .Any(told => File.ReadAllText(told) == Value + "\n" + Value)), "the task has it in its environment and in a file", Patience,
                parts.DescribeAsync);

            foreach (var path in new[]
                { "/v2/apps/a?embed=apps.tasks", "/v2/tasks", "/v2/groups", "/v2/deployments", "/v2/queue", "/config", "/v2/info" })
            {
                Assert.That((await parts.AppsAsync(HttpMethod.Get, path)).ToString(), Does.Not.Contain(Value), path);
            }
            foreach (var shown in await parts.ShownAsync("/state"))
            {
                Assert.That(shown, Does.Contain("a.instance-").And.Not.Contain(Value)
                    .And.Not.Contain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Value))));
            }
            foreach (var call in new[] { "GET_STATE", "GET_TASKS" })
            {
                var shown = (await parts.OperateAsync(new JObject { ["type"] = call })).ToString();
                Assert.That(shown, Does.Contain("a.instance-").And.Not.Contain(Value)
                    .And.Not.Contain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Value))));
            }
            Assert.That(await parts.DescribeAsync(), Does.Not.Contain(Value), "answers and output of all three");
            var journals = Directory.EnumerateFiles(Path.Combine(parts.DataDirectory, "apps"), "journal.db*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).ToList();
            Assert.That(journals, Is.Not.Empty);
            foreach (var journal in journals)
            {
                await using var open = new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var copy = new MemoryStream();
                await open.CopyToAsync(copy);
                Assert.That(copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(Encoding.UTF8.GetBytes(Value)), Is.EqualTo(-1), journal);
            }
        }
        finally
        {
            Directory.Delete(secrets, recursive: true);
        }
    }
}
