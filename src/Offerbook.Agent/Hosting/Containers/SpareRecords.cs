using System.Collections.Concurrent;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Cleared records of containers that are forgotten, for those that come: a file is renamed instead of one being deleted and another made.
/// A file system without a journal does not give a deleted file's place again for minutes, and passes over each such place for every file
/// that it makes; at some hundred tasks a second that was a tenth of all the processor time they took. For any thread.
/// </summary>
internal sealed class SpareRecords
{
    /// <summary>More than the containers that end while as many are started.</summary>
    private const int Capacity = 256;

    private readonly string _directory;
    private readonly ConcurrentQueue<string> _spares = new();

    /// <summary>Begins with none: what an earlier agent left may have been promised to a supervisor that is yet to begin.</summary>
    public SpareRecords(string directory, UnixFileMode mode)
    {
        _directory = directory;
        Directory.CreateDirectory(directory, mode);
        foreach (var old in Directory.EnumerateFiles(directory))
        {
            File.Delete(old);
        }
    }

    public int Count => _spares.Count;

    /// <summary>Takes a file out of its place and clears it.</summary>
    /// <returns>False when it is left, because there are enough or the file system refuses.</returns>
    public bool TryKeep(string record)
    {
        if (_spares.Count >= Capacity)
        {
            return false;
        }
        // Named after the container that it was of: no name comes twice, whoever still knows the old one.
        var spare = Path.Combine(_directory, Path.GetFileName(record));
        if (!Native.TryRename(record, spare))
        {
            return false;
        }
        if (TryClear(spare))
        {
            _spares.Enqueue(spare);
        }
        else
        {
            File.Delete(spare);
        }
        return true;
    }

    /// <summary>
    /// To one empty line: what was cut off entirely ext4 writes to the disk at once when it is closed after the next write. In this order, so
    /// that no crash leaves the old lines without the first, which says whose they are.
    /// </summary>
    private static bool TryClear(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, 1);
            RandomAccess.Write(file, "\n"u8, 0);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <returns>The path of a file with one empty line; empty text when there is none.</returns>
    public string Take() => _spares.TryDequeue(out var spare) ? spare : "";
}
