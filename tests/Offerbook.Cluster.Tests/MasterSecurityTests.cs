using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>A master that lets in only who shows credentials, as a process of its own, with an agent and the client verbs.</summary>
[TestFixture]
internal sealed class MasterSecurityTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new();
    private string _directory = null!;
    private string _url = null!;
    private OfferbookProcess _master = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-security-").FullName;
        Write("credentials",
            """{"credentials": [{"principal": "ops", "secret": "ops-hush"}, {"principal": "agents", "secret": "agents-hush"}]}""");
        Write("ops.secret", "ops-hush\n");
        Write("agents.secret", "agents-hush\n");
        Write("wrong.secret", "guessed\n");
        var port = Harness.Cluster.FreePorts(1)[0];
        _url = $"http://127.0.0.1:{port}";
        _master = OfferbookProcess.Start(
        [
            "master", "--port", $"{port}", "--data-dir", Path.Combine(_directory, "master"), $"--credentials={In("credentials")}",
            "--log-dir", In("logs"),
            "--authenticate_http_readonly", "--authenticate-http-readwrite=true", "--authenticate_http_frameworks", "true",
            "--authenticate_agents",
            "--no-root_submissions", "--offer_timeout", "90secs",
        ], environment: new Dictionary<string, string> { ["OFFERBOOK_MASTER_CLUSTER"] = "guarded" });
        await _master.WaitForLineAsync(line => line.Contains("master ready", StringComparison.Ordinal), Patience);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        _master.Signal(Signals.Terminate);
        await _master.WaitForExitAsync(Patience);
        Assert.That(_master.Output, Does.Not.Contain("hush"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(In("logs"), "offerbook-master.log")),
            Does.Contain("serves on").And.Not.Contain("hush"));
        _master.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Master_AnswersOnlyWhoShowsCredentials()
    {
        Assert.That((await GetAsync("/state", null)).Status, Is.EqualTo(401));
        Assert.That((await GetAsync("/state", "ops:guessed")).Status, Is.EqualTo(401));
        Assert.That((await GetAsync("/health", null)).Status, Is.EqualTo(200));
        var flags = (JObject)JObject.Parse((await GetAsync("/flags", "ops:ops-hush")).Text)["flags"]!;

        Assert.That(
            new[] { "authenticate_http_readonly", "authenticate_http_readwrite", "authenticate_http_frameworks", "authenticate_agents",
                "root_submissions", "offer_timeout", "cluster" }
            .Select(name => (string?)flags[name]), Is.EqualTo(new[] { "true", "true", "true", "true", "false", "90secs", "guarded" }));
        Assert.That((string?)flags["credentials"], Is.EqualTo(In("credentials")));
        Assert.That((await GetAsync("/files/read?path=/master/log&offset=0", "ops:ops-hush")).Text, Does.Contain("serves on"));
    }

    [Test]
    public async Task Agent_WithItsSecret_RegistersAndWithAnother_DoesNot()
    {
        using var stranger = StartAgent("stranger", "wrong.secret");
        await stranger.WaitForLineAsync(line => line.Contains("did not take the agent", StringComparison.Ordinal), Patience);
        using var agent = StartAgent("agent", "agents.secret");
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                    JObject.Parse((await GetAsync("/slaves", "ops:ops-hush")).Text)["slaves"]!.Count() == 1, "the agent registers",
                    Patience);
        }
        finally
        {
            foreach (var process in new[] { stranger, agent })
            {
                process.Signal(Signals.Terminate);
                await process.WaitForExitAsync(Patience);
            }
        }
    }

    [TestCase("--acls={\"run_task\": []}", "--acls: there are no ACLs 'run_task'")]
    [TestCase("--offer_timeout=soon", "--offer_timeout: invalid duration 'soon'")]
    [TestCase("--authenticate_http_readonly", "--authenticate_http_readonly with the authenticator 'basic' needs --credentials")]
    [TestCase("--credentials=/nowhere/at/all", "cannot read the credentials file '/nowhere/at/all'")]
    public async Task Master_WithAFlagThatIsNotRight_SaysWhy(string flag, string text)
    {
        var (status, output) = await OfferbookProcess.RunAsync(["master", "--port", "0", "--data-dir", In("other"), flag], Patience);

        Assert.That((status, output), Is.EqualTo((2, output)));
        Assert.That(output, Does.Contain(text));
    }

    private OfferbookProcess StartAgent(string name, string secret) => OfferbookProcess.Start(
    [
        "agent", "--port", "0", "--work-dir", In(name), "--master", _url, "--principal", "agents", "--secret-file", In(secret),
        "--resources", "cpus:1;mem:128;disk:128;ports:[21000-21001]",
    ]);

    private async Task<(int Status, string Text)> GetAsync(string path, string? pair)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _url + path);
        request.Headers.Authorization = pair is null
            ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private string In(string name) => Path.Combine(_directory, name);

    private void Write(string name, string content)
    {
        File.WriteAllText(In(name), content);
        File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
