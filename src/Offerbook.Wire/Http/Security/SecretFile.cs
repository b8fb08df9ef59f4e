namespace Offerbook.Wire.Http.Security;

/// <summary>Reads files that only their owner should see.</summary>
public static class SecretFile
{
    /// <param name="what">How texts name the file.</param>
    /// <param name="path">A path, or a <c>file://</c> address.</param>
    /// <exception cref="FormatException">It cannot be read, is too long, or anybody may change it.</exception>
    public static string Read(string path, string what, int maxBytes, Action<string>? warn)
    {
        path = path.StartsWith("file://", StringComparison.Ordinal) ? path["file://".Length..] : path;
        try
        {
            CheckMode(path, what, warn);
            using var file = File.OpenRead(path);
            if (file.Length > maxBytes)
            {
                throw new FormatException($"{what} '{path}' is longer than {maxBytes} bytes");
            }
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"cannot read the {what} '{path}': {fault.Message}", fault);
        }
    }

    private static void CheckMode(string path, string what, Action<string>? warn)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var mode = File.GetUnixFileMode(path);
        if ((mode & UnixFileMode.OtherWrite) != 0)
        {
            throw new FormatException($"everybody may write to the {what} '{path}': anybody could let themselves in. Run chmod 600 on it");
        }
        if ((mode & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead)) != 0)
        {
            warn?.Invoke($"Others than its owner may read the {what} '{path}'. Run chmod 600 on it");
        }
    }
}
