namespace Offerbook.Storage.Postgres;

/// <summary>Finds a password in a file: psql's format, or one line that is the password.</summary>
internal static class PasswordFile
{
    private const UnixFileMode OthersRead =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <returns>Null when no line is for this host, database and user.</returns>
    /// <exception cref="JournalUnavailableException">The file cannot be read, or others can read it too.</exception>
    public static string? Find(string path, string host, int port, string database, string user)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & OthersRead) != 0)
            {
                throw new JournalUnavailableException(
                    $"The password file {path} can be read or written by others than its owner. Take that from them: chmod 600 {path}");
            }
            var lines = File.ReadAllLines(path).Where(line => line.Length > 0 && line[0] != '#').ToArray();
            var alone = lines is [var only] && Fields(only).Count != 5 ? only : null;
            return alone ?? lines.Select(Fields).FirstOrDefault(fields => fields.Count == 5
                && Fits(fields[0], host) && Fits(fields[1], port.ToString()) && Fits(fields[2], database) && Fits(fields[3], user))?[4];
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException($"The password file {path} cannot be read: {refusal.Message}", refusal);
        }
    }

    private static bool Fits(string field, string value) => field == "*" || field == value;

    /// <summary>Separated by colons; a backslash takes the next character as it is.</summary>
    private static List<string> Fields(string line)
    {
        var fields = new List<string> { "" };
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == ':')
            {
                fields.Add("");
            }
            else
            {
                i += line[i] == '\\' && i + 1 < line.Length ? 1 : 0;
                fields[^1] += line[i];
            }
        }
        return fields;
    }
}
