using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Offerbook.Agent.Hosting.Docker.Output;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>A container's output reaches its sandbox once, wherever the copying broke off.</summary>
public sealed class OutputTests
{
    private string _directory = "";

    [SetUp]
    public void Open() => _directory = Directory.CreateTempSubdirectory("offerbook-output-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Pieces_AreFound_HoweverTheStreamIsCut()
    {
        var log = Log(20);
        var bytes = log.SelectMany(Frame).ToArray();
        Prop.ForAll(Gen.Choose(1, 50).ToArbitrary(), size =>
        {
            var found = new List<string>();
            var pieces = new LogPieces(hasTerminal: false);
            foreach (var part in bytes.Chunk(size))
            {
                pieces.Read(part, (isError, stamp, piece) => found.Add($"{isError} {stamp} {Encoding.UTF8.GetString(piece)}"));
            }
            return found.SequenceEqual(log.Select(entry => $"{entry.IsError} {entry.Stamp} {entry.Text}"));
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(new byte[] { 7, 0, 0, 0, 0, 0, 0, 1, 65 })]
    [TestCase(new byte[] { 1, 0, 0, 0, 255, 255, 255, 255 })]
    [TestCase(new byte[] { 1, 0, 0, 0, 0, 0, 0, 1, 65 })]
    public void WhatIsNoLog_IsSaidToBeNone(byte[] bytes)
    {
        Assert.That(() => new LogPieces(false).Read(bytes, (_, _, _) => { }), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Output_IsCopiedOnce_WhereverTheAgentDied()
    {
        var log = Log(60);
        var expected = (Text(log, false), Text(log, true));
        // Each number: so many pieces are copied, then the agent dies; a negative one dies with pieces written and not remembered.
        Prop.ForAll(Gen.Choose(-20, 20).ListOf().ToArbitrary(), deaths =>
        {
            var sandbox = Directory.CreateDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).FullName;
            var reached = 0;
            foreach (var death in deaths)
            {
                reached = Math.Min(log.Count, reached + Math.Abs(death));
                Copy(log, sandbox, reached, forgets: death < 0);
            }
            Copy(log, sandbox, log.Count, forgets: false);
            return (File.ReadAllText(Path.Combine(sandbox, "stdout")), File.ReadAllText(Path.Combine(sandbox, "stderr"))) == expected;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void WhatWasInTheFileBefore_Stays()
    {
        File.WriteAllText(Path.Combine(_directory, "stderr"), "fetched\n");
        var log = Log(9);

        Copy(log, _directory, 4, forgets: false);
        Copy(log, _directory, 9, forgets: false);

        Assert.That(File.ReadAllText(Path.Combine(_directory, "stderr")), Is.EqualTo("fetched\n" + Text(log, true)));
    }

    [Test]
    public void Rotation_KeepsTheNewest_AndGoesOnAfterARestart()
    {
        var log = Log(60);
        for (var reached = 0; reached <= log.Count; reached += 7)
        {
            Copy(log, _directory, Math.Min(reached, log.Count), forgets: false, maxBytes: 40, kept: 2);
        }
        Copy(log, _directory, log.Count, forgets: false, maxBytes: 40, kept: 2);

        var kept = string.Concat(
            ((string[])["stdout.2", "stdout.1", "stdout"]).Select(name => File.ReadAllText(Path.Combine(_directory, name))));
        Assert.That(Text(log, false), Does.EndWith(kept));
        Assert.That(kept, Has.Length.GreaterThanOrEqualTo(80));
        Assert.That(File.Exists(Path.Combine(_directory, "stdout.3")), Is.False);
    }

    [Test]
    public void Since_IsAMomentBeforeTheLastPiece()
    {
        using var place =
            new OutputPlace(Path.Combine(_directory, "place")) { Output = new StreamPlace("2026-11-22T18:41:45.872458359Z", 1, 0) };

        Assert.That(place.Since, Is.EqualTo("1795372895.872"));
    }

    /// <summary>What an engine would send, of which the first so many pieces come before the agent dies.</summary>
    private static void Copy(List<(bool IsError, string Stamp, string Text)> log, string sandbox, int reached, bool forgets,
        long maxBytes = 0, int kept = 0)
    {
        var path = Path.Combine(sandbox, "place");
        byte[]? remembered = null;
        using (var writer = new OutputWriter(new OutputPlace(path), sandbox, maxBytes, kept))
        {
            foreach (var (i, entry) in log.Take(reached).Index())
            {
                writer.Add(entry.IsError, entry.Stamp, Encoding.UTF8.GetBytes(entry.Text));
                if (i % 3 == 0 || i == reached - 1)
                {
                    remembered = File.ReadAllBytes(path);
                    writer.Flush();
                }
            }
        }
        if (forgets && remembered is not null)
        {
            File.WriteAllBytes(path, remembered);
        }
    }

    /// <summary>Several pieces share a stamp, as parts of a long line do.</summary>
    private static List<(bool IsError, string Stamp, string Text)> Log(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (i % 4 == 3, $"2026-11-22T18:41:45.{i / 6:D9}Z", $"piece {i}\n"))];

    private static string Text(List<(bool IsError, string Stamp, string Text)> log, bool isError) =>
        string.Concat(log.Where(entry => entry.IsError == isError).Select(entry => entry.Text));

    private static byte[] Frame((bool IsError, string Stamp, string Text) entry)
    {
        var body = Encoding.UTF8.GetBytes($"{entry.Stamp} {entry.Text}");
        var head = new byte[8];
        head[0] = (byte)(entry.IsError ? 2 : 1);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), body.Length);
        return [.. head, .. body];
    }
}
