using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>Blocks of 64 KiB at most, so the sizes are multiples of that.</summary>
public sealed class LogRotatorTests
{
    private const int Size = 64 << 10;

    private string _directory = null!;
    private string _log = null!;

    [SetUp]
    public void Make()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-logs-").FullName;
        _log = Path.Combine(_directory, "stdout");
    }

    [TearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    // A file system that can cut a file's head, and one in memory that cannot.
    [TestCase(null)]
    [TestCase("/dev/shm")]
    public void Rotation_LosesNothing_WhileAWriterAppends(string? elsewhere)
    {
        if (elsewhere is not null)
        {
            Directory.Delete(_directory);
            _directory = Path.Combine(elsewhere, Path.GetFileName(_directory));
            Directory.CreateDirectory(_directory);
            _log = Path.Combine(_directory, "stdout");
        }
        var rotator = Rotator(3);
        var written = new StringBuilder();
        File.WriteAllText(_log, "");
        using (var writer = Native.OpenAppend(_log)!)
        {
            for (var i = 0; i < 20; i++)
            {
                var line = $"{i:0000} {new string('x', 12_000)}\n";
                written.Append(line);
                RandomAccess.Write(writer, Encoding.ASCII.GetBytes(line), 0);
                Assert.That(rotator.Look(_log), Is.LessThan(Size + 13_000));
            }
        }

        var all = string.Concat(new[] { _log + ".3", _log + ".2", _log + ".1", _log }.Where(File.Exists).Select(File.ReadAllText));
        Assert.That(all, Is.EqualTo(written.ToString()));
        Assert.That(File.Exists(_log + ".1"), Is.True);
    }

    [Test]
    public void Rotation_KeepsAsManyAsItIsTold()
    {
        var rotator = Rotator(2);
        for (var i = 0; i < 6; i++)
        {
            File.AppendAllText(_log, new string((char)('a' + i), Size + 1));
            rotator.Look(_log);
        }

        Assert.That(Directory.GetFiles(_directory).Select(Path.GetFileName), Is.EquivalentTo(new[] { "stdout", "stdout.1", "stdout.2" }));
    }

    [Test]
    public void ALog_ThatHasRunFarAhead_KeepsItsEnd()
    {
        File.WriteAllText(_log, new string('a', Size * 20) + new string('b', Size * 2) + "end");

        Rotator(2).Look(_log);

        Assert.That(File.ReadAllText(_log), Does.EndWith("end"));
        Assert.That(Directory.GetFiles(_directory).Sum(file => new FileInfo(file).Length), Is.LessThanOrEqualTo(Size * 3 + 3));
        Assert.That(File.ReadAllText(_log + ".1"), Does.Contain("b").And.Not.Contain("a"));
    }

    [Test]
    public void ALink_IsNotFollowed()
    {
        var other = Path.Combine(_directory, "precious");
        File.WriteAllText(other, new string('p', Size * 2));
        File.CreateSymbolicLink(_log, other);

        Assert.That(Rotator(2).Look(_log), Is.Zero);
        Assert.That(new FileInfo(other).Length, Is.EqualTo(Size * 2));
    }

    [Test]
    public void AFile_WithAnotherName_IsLeftAlone()
    {
        var other = Path.Combine(_directory, "precious");
        File.WriteAllText(other, new string('p', Size * 2));
        Assert.That(Link(other, _log), Is.Zero);

        Rotator(2).Look(_log);

        Assert.That(new FileInfo(other).Length, Is.EqualTo(Size * 2));
    }

    [Test]
    public void Rotation_CanBeOff()
    {
        File.WriteAllText(_log, new string('a', Size * 2));

        Assert.That(new LogRotator(new IsolationOptions { MaxLogBytes = 0 }, NullLogger.Instance).Look(_log), Is.EqualTo(Size * 2));
    }

    private static LogRotator Rotator(int kept) =>
        new(new IsolationOptions { MaxLogBytes = Size, RotatedLogs = kept }, NullLogger.Instance);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "link", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int Link(string from, string to);
}
