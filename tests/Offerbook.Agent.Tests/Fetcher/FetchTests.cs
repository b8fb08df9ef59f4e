using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Fetcher;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>What is fetched from where, under which name, and what is said when it is not.</summary>
internal sealed class FetchTests
{
    private FetchYard _yard = null!;

    [SetUp]
    public async Task Start() => _yard = await FetchYard.StartAsync();

    [TearDown]
    public async Task Stop() => await _yard.DisposeAsync();

    [Test]
    public async Task File_FromTheWeb_LiesInTheSandboxUnderItsName()
    {
        var spec = _yard.Spec(_yard.Serve("/dir/app.conf", "hello") with { Uri = _yard.Host.Url("/dir/app.conf?token=secret") });

        Assert.That(await _yard.FetchAsync(spec), Is.Null);

        Assert.That(_yard.Read(spec, "app.conf"), Is.EqualTo("hello"));
        Assert.That(File.GetUnixFileMode(_yard.PathOf(spec, "app.conf")) & UnixFileMode.UserExecute, Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public async Task Redirections_AreFollowed_AndCredentialsAreSent()
    {
        _yard.Serve("/file", "there");
        var spec = _yard.Spec(
            new FetchItem(_yard.Host.Url("/elsewhere").Replace("http://", "http://ann:pass%21@", StringComparison.Ordinal)));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);

        Assert.That(_yard.Read(spec, "elsewhere"), Is.EqualTo("there"));
        Assert.That(_yard.Host.Credentials.First(), Is.EqualTo("Basic " + Convert.ToBase64String("ann:pass!"u8)));
    }

    [TestCase("file://{0}")]
    [TestCase("file://localhost{0}")]
    [TestCase("{0}")]
    public async Task Files_OfTheHost_AreCopied(string form)
    {
        var path = Path.Combine(_yard.Work, "one file");
        File.WriteAllText(path, "local");
        var spec = _yard.Spec(
            new FetchItem(
                string.Format(System.Globalization.CultureInfo.InvariantCulture, form, form == "{0}"
                    ? path : path.Replace(" ", "%20", StringComparison.Ordinal))));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(_yard.Read(spec, "one file"), Is.EqualTo("local"));
    }

    [Test]
    public async Task Paths_ThatAreRelative_BeginAtTheFrameworksHome()
    {
        Directory.CreateDirectory(Path.Combine(_yard.Work, "bin"));
        File.WriteAllText(Path.Combine(_yard.Work, "bin/run"), "home");
        var spec = _yard.Spec(new FetchItem("bin/run"));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(_yard.Read(spec, "run"), Is.EqualTo("home"));
    }

    [Test]
    public async Task Executables_AreMadeSo_AndNeverUnpacked()
    {
        var spec = _yard.Spec(_yard.Serve("/tool.zip", "#!/bin/sh") with { Executable = true });

        Assert.That(await _yard.FetchAsync(spec), Is.Null);

        Assert.That(File.GetUnixFileMode(_yard.PathOf(spec, "tool.zip")).HasFlag(UnixFileMode.UserExecute | UnixFileMode.OtherExecute),
            Is.True);
    }

    [Test]
    public async Task OutputFile_NamesThePlace()
    {
        var spec = _yard.Spec(_yard.Serve("/x", "1") with { OutputFile = "conf/deep/y" });

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(_yard.Read(spec, "conf/deep/y"), Is.EqualTo("1"));
    }

    [TestCase("../y")]
    [TestCase("a/../../y")]
    [TestCase("/tmp/offerbook-outside")]
    [TestCase("")]
    public async Task OutputFile_OutsideTheSandbox_IsRefused(string output)
    {
        var spec = _yard.Spec(_yard.Serve("/x", "1") with { OutputFile = output });

        Assert.That(await _yard.FetchAsync(spec), Does.StartWith("Failed to fetch 'http://").And.Contain("path"));
        Assert.That(File.Exists("/tmp/offerbook-outside"), Is.False);
    }

    [Test]
    public async Task Failures_StandInTheTasksStderr_WithoutSecrets()
    {
        var uri = _yard.Host.Url("/missing?token=s3cret").Replace("http://", "http://ann:pw@", StringComparison.Ordinal);
        var spec = _yard.Spec(new FetchItem(uri));

        var failure = await _yard.FetchAsync(spec);

        Assert.That(failure, Is.EqualTo($"Failed to fetch '{_yard.Host.Url("/missing")}': the server answered 404 Not Found"));
        Assert.That(_yard.Read(spec, "stderr"), Is.EqualTo($"offerbook: {failure}\n"));
        Assert.That(_yard.Fetches.Counts.Failed, Is.EqualTo(1));
    }

    [TestCase("ftp://host/file", "'ftp' is no kind of address")]
    [TestCase("hdfs://host/file", "use http, https, file")]
    [TestCase("http://127.0.0.1:1/x", "refused")]
    [TestCase("http://169.254.169.254/latest", "link-local")]
    [TestCase("http://[fe80::1]/x", "link-local")]
    [TestCase("http://host", "names no file")]
    [TestCase("/nowhere/at/all", "there is no file")]
    [TestCase("/proc", "is a directory")]
    [TestCase("it's", "quote")]
    public async Task Sources_ThatCannotBe_SayWhy(string uri, string why) =>
        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem(uri))), Does.Contain(why).IgnoreCase);

    [Test]
    public async Task Server_ThatBreaksOff_IsAFailure()
    {
        _yard.Host.Before = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync("half"u8.ToArray());
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        Assert.That(await _yard.FetchAsync(_yard.Spec(_yard.Serve("/x", "whole"))), Does.StartWith("Failed to fetch"));
    }

    [Test]
    public async Task Server_ThatSaysNothing_IsGivenUp()
    {
        await using var yard = await FetchYard.StartAsync(new FetchOptions { StallTimeout = TimeSpan.FromMilliseconds(200) });
        yard.Host.Before = context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });

        Assert.That(await yard.FetchAsync(yard.Spec(yard.Serve("/x", "never"))), Does.Contain("nothing came for 0.2 s"));
    }

    [Test]
    public async Task Files_BeyondTheBound_AreRefused()
    {
        await using var yard = await FetchYard.StartAsync(new FetchOptions { MaxBytes = 3 });
        File.WriteAllText(Path.Combine(yard.Work, "big"), "1234");

        Assert.That(await yard.FetchAsync(yard.Spec(yard.Serve("/x", "1234"))), Does.Contain("4 bytes").And.Contain("--fetcher_max_bytes"));
        Assert.That(await yard.FetchAsync(yard.Spec(new FetchItem("big"))), Does.Contain("more than 3 bytes"));
    }

    [Test]
    public async Task Kill_WhileFetching_EndsAtOnce()
    {
        var asked = new TaskCompletionSource();
        _yard.Host.Before = context =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
        };
        var spec = _yard.Spec(_yard.Serve("/x", "never"));
        _yard.Begin(spec);
        await asked.Task;

        Assert.That(_yard.Fetches.Cancel(spec.Container), Is.True);

        Assert.That(await _yard.NextAsync(), Is.EqualTo((spec.Container, "The launch was given up while files were fetched")));
        Assert.That(_yard.Fetches.Cancel(spec.Container), Is.False);
    }

    [Test]
    public async Task User_OfTheTask_ReadsAndOwnsTheFiles()
    {
        // Without root there is no other user, and the files are the agent's own.
        var readable = Path.Combine(_yard.Work, "readable");
        File.WriteAllText(readable, "for all");
        var secret = Path.Combine(_yard.Work, "secret");
        File.WriteAllText(secret, "for root");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        File.SetUnixFileMode(_yard.Work, (UnixFileMode)0b111_101_101);
        var nobody = _yard.Spec(new FetchItem(readable), _yard.Serve("/x", "y")) with { User = "nobody" };

        Assert.That(await _yard.FetchAsync(nobody), Is.Null);
        var denied = await _yard.FetchAsync(_yard.Spec(new FetchItem(secret)) with { User = "nobody" });

        Assert.That(_yard.Read(nobody, "readable"), Is.EqualTo("for all"));
        Assert.That(denied, Ownership.IsRoot ? Does.Contain("Permission denied") : Is.Null);
        Assert.That(OwnerOf(_yard.PathOf(nobody, "x")), Is.EqualTo(Ownership.IsRoot ? "nobody" : System.Environment.UserName));
    }

    [Test]
    public async Task User_WhoDoesNotExist_FetchesNothing() =>
        Assert.That(await _yard.FetchAsync(_yard.Spec(_yard.Serve("/x", "y")) with { User = "nosuchuser" }),
            Does.Contain("'nosuchuser' does not exist"));

    private static string OwnerOf(string path)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%U", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
