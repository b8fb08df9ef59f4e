using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>Real archives, made by the usual programs; and bad ones, made by hand.</summary>
internal sealed class ArchiveTests
{
    private FetchYard _yard = null!;

    [SetUp]
    public async Task Start() => _yard = await FetchYard.StartAsync();

    [TearDown]
    public async Task Stop() => await _yard.DisposeAsync();

    [TestCase("app.tar", "tar -cf")]
    [TestCase("app.tar.gz", "tar -czf")]
    [TestCase("app.tgz", "tar -czf")]
    [TestCase("app.tar.bz2", "tar -cjf")]
    [TestCase("app.tbz2", "tar -cjf")]
    [TestCase("app.tar.xz", "tar -cJf")]
    [TestCase("app.txz", "tar -cJf")]
    [TestCase("app.zip", "zip -qry")]
    public async Task Archive_IsUnpacked_WithModesAndLinks(string name, string program)
    {
        Shell($"mkdir -p src/bin && echo run > src/bin/run && chmod 750 src/bin/run && ln -s bin/run src/start && cd src && {program} ../{name} *");
        var spec = _yard.Spec(new FetchItem(Path.Combine(_yard.Work, name)));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);

        Assert.That(_yard.Read(spec, "bin/run"), Is.EqualTo("run\n"));
        Assert.That(File.GetUnixFileMode(_yard.PathOf(spec, "bin/run")), Is.EqualTo((UnixFileMode)0b111_101_000));
        Assert.That(new FileInfo(_yard.PathOf(spec, "start")).LinkTarget, Is.EqualTo("bin/run"));
        Assert.That(File.Exists(_yard.PathOf(spec, name)), Is.True, "the archive stays beside what was in it");
    }

    [Test]
    public async Task HardLinksAndLongNames_AreUnpacked()
    {
        var longName = new string('n', 180);
        Shell($"mkdir -p src/{longName} && echo a > src/{longName}/a && ln src/{longName}/a src/b && tar -cf app.tar -C src .");
        var spec = _yard.Spec(new FetchItem("app.tar"));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(_yard.Read(spec, "b"), Is.EqualTo("a\n"));
        Assert.That(_yard.Read(spec, longName + "/a"), Is.EqualTo("a\n"));
    }

    [Test]
    public async Task Gzip_OfOneFile_IsUncompressed()
    {
        Shell("echo data > words.txt && gzip words.txt");
        var spec = _yard.Spec(new FetchItem("words.txt.gz"));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(_yard.Read(spec, "words.txt"), Is.EqualTo("data\n"));
    }

    [Test]
    public async Task Archive_NotToBeExtracted_StaysWhole()
    {
        Shell("echo a > a && tar -cf app.tar a");
        var spec = _yard.Spec(new FetchItem("app.tar", Extract: false));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That((File.Exists(_yard.PathOf(spec, "app.tar")), File.Exists(_yard.PathOf(spec, "a"))), Is.EqualTo((true, false)));
    }

    [TestCase("broken.tar.gz")]
    [TestCase("broken.tar")]
    [TestCase("broken.tar.xz")]
    [TestCase("broken.tar.bz2")]
    [TestCase("broken.zip")]
    [TestCase("broken.gz")]
    public async Task Archive_ThatIsNone_IsAFailure(string name)
    {
        File.WriteAllText(Path.Combine(_yard.Work, name), string.Join('\n', Enumerable.Repeat("<html>this is no archive</html>", 100)));

        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem(name))), Does.StartWith($"Failed to fetch '{name}': "));
    }

    [Test]
    public async Task Archive_ThatIsCutOff_IsAFailure()
    {
        Shell("head -c 100000 /dev/urandom > a && tar -czf whole.tgz a && head -c 50000 whole.tgz > cut.tgz");

        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem("cut.tgz"))), Does.Contain("damaged"));
    }

    private static readonly TestCaseData[] Escapes =
    [
        new(TarEntryType.RegularFile, "../evil", "", "'..'") { TestName = "file above" },
        new(TarEntryType.RegularFile, "a/../../evil", "", "'..'") { TestName = "file above, hidden" },
        new(TarEntryType.RegularFile, "/tmp/offerbook-evil", "", "absolute") { TestName = "absolute file" },
        new(TarEntryType.Directory, "../evil", "", "'..'") { TestName = "directory above" },
        new(TarEntryType.SymbolicLink, "l", "/etc", "may be outside") { TestName = "absolute link" },
        new(TarEntryType.SymbolicLink, "l", "..", "may be outside") { TestName = "link above" },
        new(TarEntryType.SymbolicLink, "a/l", "../../x", "may be outside") { TestName = "link above from below" },
        new(TarEntryType.SymbolicLink, "a/b/l", "x/../../../../y", "may be outside") { TestName = "link through others" },
        new(TarEntryType.HardLink, "h", "../../../../etc/passwd", "'..'") { TestName = "hard link above" },
        new(TarEntryType.HardLink, "h", "/etc/passwd", "absolute") { TestName = "absolute hard link" },
        new(TarEntryType.Fifo, "pipe", "", "not unpacked") { TestName = "pipe" },
        new(TarEntryType.CharacterDevice, "dev", "", "not unpacked") { TestName = "device" },
    ];

    [TestCaseSource(nameof(Escapes))]
    public async Task Member_ThatWouldLeaveTheSandbox_IsRefused(TarEntryType type, string name, string target, string why)
    {
        WriteTar(new PaxTarEntry(type, name) is var entry && target.Length > 0 ? WithTarget(entry, target) : entry);
        var spec = _yard.Spec(new FetchItem("evil.tar"));

        Assert.That(await _yard.FetchAsync(spec), Does.Contain(why));
        Assert.That(File.Exists("/tmp/offerbook-evil"), Is.False);
        Assert.That(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_yard.PathOf(spec))!.TrimEnd('/')).Select(Path.GetFileName),
            Has.None.EqualTo("evil"));
    }

    [Test]
    public async Task Member_BehindALink_IsRefused()
    {
        WriteTar(WithTarget(new PaxTarEntry(TarEntryType.SymbolicLink, "dir"), "other"),
            new PaxTarEntry(TarEntryType.RegularFile, "dir/file"));

        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem("evil.tar"))), Does.Contain("behind the link 'dir'"));
    }

    [Test]
    public async Task SecondArchive_CannotWriteThroughALinkOfTheFirst()
    {
        WriteTar(WithTarget(new PaxTarEntry(TarEntryType.SymbolicLink, "dir"), "other"));
        var spec = _yard.Spec(new FetchItem("evil.tar"), _yard.Serve("/x", "1") with { OutputFile = "dir/x" });

        Assert.That(await _yard.FetchAsync(spec), Does.Contain("behind the link"));
    }

    [Test]
    public async Task SpecialBits_AreTakenAway()
    {
        WriteTar(new PaxTarEntry(TarEntryType.RegularFile, "su") { Mode = (UnixFileMode)0b111_111_101_101 });
        var spec = _yard.Spec(new FetchItem("evil.tar"));

        Assert.That(await _yard.FetchAsync(spec), Is.Null);
        Assert.That(File.GetUnixFileMode(_yard.PathOf(spec, "su")), Is.EqualTo((UnixFileMode)0b111_101_101));
    }

    [Test]
    public async Task Zip_CannotLeaveTheSandboxEither()
    {
        using (var zip = ZipFile.Open(Path.Combine(_yard.Work, "evil.zip"), ZipArchiveMode.Create))
        {
            zip.CreateEntry("..\\..\\evil");
        }
        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem("evil.zip"))), Does.Contain("'..'"));

        Shell("ln -s /etc l && zip -qry link.zip l");
        Assert.That(await _yard.FetchAsync(_yard.Spec(new FetchItem("link.zip"))), Does.Contain("may be outside"));
    }

    [Test]
    public async Task Archive_ThatGrowsBeyondTheBound_IsRefused()
    {
        await using var yard = await FetchYard.StartAsync(new FetchOptions { MaxBytes = 100_000 });
        using (var made = Process.Start("sh",
            ["-c", $"cd {yard.Work} && head -c 60000 /dev/zero > a && cp a b && tar -czf bomb.tgz a b && zip -q bomb.zip a b && gzip -c a a > bomb.gz"]))
        {
            await made.WaitForExitAsync();
        }
        foreach (var name in new[] { "bomb.tgz", "bomb.zip", "bomb.gz" })
        {
            Assert.That(await yard.FetchAsync(yard.Spec(new FetchItem(name))), Does.Contain("--fetcher_max_bytes"), name);
        }
    }

    private static PaxTarEntry WithTarget(PaxTarEntry entry, string target)
    {
        entry.LinkName = target;
        return entry;
    }

    private void WriteTar(params PaxTarEntry[] entries)
    {
        using var tar = new TarWriter(File.Create(Path.Combine(_yard.Work, "evil.tar")));
        foreach (var entry in entries)
        {
            tar.WriteEntry(entry);
        }
    }

    private void Shell(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", line]) { WorkingDirectory = _yard.Work })!;
        shell.WaitForExit();
        Assert.That(shell.ExitCode, Is.Zero, line);
    }
}
