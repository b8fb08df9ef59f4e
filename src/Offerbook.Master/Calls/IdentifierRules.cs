namespace Offerbook.Master.Calls;

/// <summary>What an id that clients make up (of a task, executor, framework …) may look like. Ids become names of directories.</summary>
internal static class IdentifierRules
{
    /// <summary>The longest file name that Linux file systems take.</summary>
    private const int MaxLength = 255;

    /// <returns>What is wrong with the id, or null.</returns>
    public static string? Check(string id)
    {
        if (id.Length == 0)
        {
            return "ID must not be empty";
        }
        if (System.Text.Encoding.UTF8.GetByteCount(id) > MaxLength)
        {
            return $"ID must not be greater than {MaxLength} characters";
        }
        if (id is "." or "..")
        {
            return $"'{id}' is disallowed";
        }
        foreach (var character in id)
        {
            if (char.IsControl(character) || character is '/' or '\\')
            {
                return $"'{id}' contains invalid characters";
            }
        }
        return null;
    }
}
