using System.Globalization;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>
/// The directory that the program happens to be started in is nobody's business: what lies there configures nothing, and nothing below it
/// is watched, which of a root directory took seconds at each start and a notice of every file that any program made.
/// </summary>
[TestFixture]
internal sealed class WorkingDirectoryTests
{
    [Test]
    public async Task Parts_WatchNothingButTheirOwn()
    {
        await using var cluster = await Harness.Cluster.StartAsync();

        using var stat = OfferbookProcess.StartOther("stat", ["-L", "-c", "%i", $"/proc/{cluster.Program.Id}/cwd"]);
        Assert.That(await stat.WaitForExitAsync(TimeSpan.FromSeconds(10)), Is.Zero, stat.Output);
        var directory = long.Parse(stat.Output, CultureInfo.InvariantCulture);
        var watched = Watched(cluster.Program.Id);
        Assert.That(watched, Is.Not.Empty, "the agent watches the records of its containers");
        Assert.That(watched, Has.No.Member(directory));
        Assert.That(watched, Has.Count.LessThan(10), "no tree of directories");
    }

    /// <summary>The numbers of the files and directories of which the kernel tells the process.</summary>
    private static List<long> Watched(int process)
    {
        const string inode = "ino:";
        var watched = new List<long>();
        foreach (var descriptor in Directory.EnumerateFiles($"/proc/{process}/fdinfo"))
        {
            try
            {
                watched.AddRange(File.ReadLines(descriptor).Where(line => line.StartsWith("inotify ", StringComparison.Ordinal))
                    .Select(line => line.Split(' ').First(word => word.StartsWith(inode, StringComparison.Ordinal))[inode.Length..])
                    .Select(number => long.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // Closed meanwhile: it watches nothing any more.
            }
        }
        return watched;
    }
}
