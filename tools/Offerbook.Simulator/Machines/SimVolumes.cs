using Offerbook.Agent.Operations;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// The directories of a machine's persistent volumes. They outlive containers, the agent and restarts of the machine, and are gone
/// with its disk. Each that is made anew is another volume, whatever its name.
/// </summary>
public sealed class SimVolumes
{
    private readonly SortedDictionary<string, int> _present = new(StringComparer.Ordinal);
    private int _made;

    /// <summary>Told of each directory that is about to be removed.</summary>
    public Action<string>? Removing { get; set; }

    /// <summary>Told that the disk is empty.</summary>
    public Action? Wiped { get; set; }

    public IEnumerable<string> All => _present.Keys;

    /// <returns>Which of all volumes there ever were; null when there is none of that name.</returns>
    public int? Find(string directory) => _present.TryGetValue(directory, out var number) ? number : null;

    public void Make(IEnumerable<VolumePath> volumes)
    {
        foreach (var volume in volumes)
        {
            // One that is there already is left as it is.
            if (_present.TryAdd(volume.Directory, _made + 1))
            {
                _made++;
            }
        }
    }

    public void Remove(IEnumerable<VolumePath> volumes)
    {
        foreach (var volume in volumes)
        {
            if (_present.ContainsKey(volume.Directory))
            {
                Removing?.Invoke(volume.Directory);
                _present.Remove(volume.Directory);
            }
        }
    }

    public void Wipe()
    {
        _present.Clear();
        Wiped?.Invoke();
    }
}
