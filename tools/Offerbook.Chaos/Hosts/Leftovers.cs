using System.Diagnostics;

namespace Offerbook.Chaos.Hosts;

/// <summary>Takes down what a run has put up: its processes, mounts, control groups, namespaces and files, all found by the name that it
/// gives them.</summary>
internal static class Leftovers
{
    private const string Spaces = "/run/netns";
    private const int MostRounds = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Those of runs that were killed before they could tidy up.</summary>
    public static async Task RemoveAsync()
    {
        var owners = Names().Select(OwnerOf).OfType<int>().Distinct().Where(owner => !File.Exists($"/proc/{owner}/stat"));
        foreach (var owner in owners.ToList())
        {
            try
            {
                await RemoveAsync(owner);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's, who will do it.
            }
        }
    }

    /// <summary>Those of the run that this process has made.</summary>
    public static async Task RemoveAsync(int owner)
    {
        var spaces = Names().Where(name => OwnerOf(name) == owner && File.Exists(Path.Combine(Spaces, name))).ToList();
        await EndProcessesAsync(spaces);
        var directory = Path.Combine(Path.GetTempPath(), $"{Site.Prefix}{owner}");
        foreach (var mount in MountsUnder(directory))
        {
            await Command.TryAsync("umount", "--lazy", mount);
        }
        foreach (var space in spaces)
        {
            await Command.TryAsync("ip", "netns", "delete", space);
        }
        foreach (var group in ControlGroups.Of(owner))
        {
            ControlGroups.TryRemove(group);
        }
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A process may have made another meanwhile: again until none is left, a few times.</summary>
    private static async Task EndProcessesAsync(IReadOnlyList<string> spaces)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var processes = new List<int>();
            foreach (var space in spaces)
            {
                processes.AddRange(await Site.ProcessesAsync(space));
            }
            if (processes.Count == 0)
            {
                return;
            }
            processes.ForEach(process => Signals.Send(process, Signals.Kill));
            await Task.WhenAll(processes.Select(GoneAsync));
        }
    }

    /// <summary>One that cannot be killed, as it waits for a disk, is not waited for.</summary>
    private static async Task GoneAsync(int id)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var process = Process.GetProcessById(id);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or OperationCanceledException)
        {
            // It was gone before we looked, or stays.
        }
    }

    private static IEnumerable<string> Names() => new[] { Spaces, Path.GetTempPath() }.Where(Directory.Exists)
        .SelectMany(place => Directory.EnumerateFileSystemEntries(place, Site.Prefix + "*")).Select(entry => Path.GetFileName(entry));

    private static int? OwnerOf(string name) => int.TryParse(name[Site.Prefix.Length..].Split('-')[0], out var owner) ? owner : null;

    /// <summary>The innermost first.</summary>
    private static List<string> MountsUnder(string directory) => [.. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1])
        .Where(mount => mount.StartsWith(directory + "/", StringComparison.Ordinal)).OrderByDescending(mount => mount.Length)];
}
