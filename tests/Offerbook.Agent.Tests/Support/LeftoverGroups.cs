using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Tests;

/// <summary>A run of tests that was killed leaves empty control groups behind, which nobody else removes.</summary>
[SetUpFixture]
public sealed class LeftoverGroups
{
    /// <summary>Those of runs that go on beside this one are younger.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(30);

    [OneTimeSetUp]
    public void Sweep()
    {
        foreach (var mount in File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
            .Where(fields => fields[2] is "cgroup" or "cgroup2"))
        {
            var root = Path.Combine(mount[1], "offerbook");
            if (!Directory.Exists(root))
            {
                continue;
            }
            foreach (var group in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)
                .OrderByDescending(path => path.Length).ToList())
            {
                // A group that holds a process, or another group, is busy and stays.
                if (DateTime.UtcNow - Directory.GetCreationTimeUtc(group) > Age)
                {
                    Native.RemoveDirectory(group);
                }
            }
        }
    }
}
