namespace Offerbook.Agent.Hosting.Docker.Output;

/// <summary><c>stdout</c> or <c>stderr</c> of a sandbox, appended to, and rotated when it has become too long.</summary>
/// <param name="maxBytes">0: never rotated.</param>
/// <param name="kept">How many older files stay, <c>NAME.1</c> the newest.</param>
internal sealed class SandboxFile(string path, long maxBytes, int kept) : IDisposable
{
    private FileStream? _file;

    /// <summary>
    /// Opens the file and returns its length. What is in it beyond <paramref name="known"/> was written by an agent that died before
    /// it remembered so, and comes again: it is cut off. A shorter file was rotated or begun anew.
    /// </summary>
    /// <param name="known">Null: everything in it stays.</param>
    public long Open(long? known)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (known is { } length && _file.Length > length)
        {
            _file.SetLength(length);
        }
        return _file.Seek(0, SeekOrigin.End);
    }

    public bool IsFull => maxBytes > 0 && _file!.Position >= maxBytes;

    /// <returns>The length then.</returns>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        _file!.Write(bytes);
        return _file.Position;
    }

    /// <summary>Puts the file aside and begins a new one.</summary>
    public void Rotate()
    {
        _file!.Dispose();
        for (var i = kept; i > 0; i--)
        {
            var from = i == 1 ? path : $"{path}.{i - 1}";
            if (File.Exists(from))
            {
                File.Move(from, $"{path}.{i}", overwrite: true);
            }
        }
        if (kept == 0)
        {
            File.Delete(path);
        }
        Open(null);
    }

    public void Dispose() => _file?.Dispose();
}
