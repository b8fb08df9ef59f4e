namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// The classes and escapes of RE2, which are about ASCII, in the words of .NET, where the same letters are about Unicode.
/// </summary>
internal static class AsciiClasses
{
    /// <summary>The members of <c>[:name:]</c>, for use inside a class; null when there is no such class.</summary>
    public static string? Posix(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => @"\x00-\x7F",
        "blank" => @"\t\x20",
        "cntrl" => @"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => @"\x20-~",
        "punct" => @"!-/:-@\[-`{-~",
        "space" => @"\t\n\v\f\r\x20",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => null,
    };

    /// <summary>What <c>\letter</c> means; null when it is not an escape of its own.</summary>
    public static string? Escape(char letter, bool inClass) => letter switch
    {
        'd' => Class("0-9", inClass),
        'w' => Class("0-9A-Za-z_", inClass),
        's' => Class(@"\t\n\f\r\x20", inClass),
        'D' => Class(@"\x00-/:-\uFFFF", inClass),
        'W' => Class(@"\x00-/:-@\[-\^`{-\uFFFF", inClass),
        'S' => Class(@"\x00-\x08\x0B\x0E-\x1F!-\uFFFF", inClass),
        'a' or 'f' or 't' or 'n' or 'r' or 'v' => "\\" + letter,
        'A' or 'z' or 'b' or 'B' when !inClass => "\\" + letter,
        _ => null,
    };

    private static string Class(string members, bool inClass) => inClass ? members : $"[{members}]";
}
