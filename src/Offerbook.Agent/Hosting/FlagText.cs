namespace Offerbook.Agent.Hosting;

/// <summary>A setting as it was given: a text, or <c>file:///PATH</c> of a file that holds it.</summary>
internal static class FlagText
{
    private const string FileScheme = "file://";

    /// <exception cref="FormatException">The file cannot be read.</exception>
    public static string? Read(string flag, string? text)
    {
        if (text?.StartsWith(FileScheme, StringComparison.Ordinal) != true)
        {
            return text;
        }
        var path = text[FileScheme.Length..];
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"--{flag}: the file '{path}' cannot be read: {failure.Message}", failure);
        }
    }
}
