using System.Globalization;
using System.Text;

namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// Rewrites a pattern from RE2's language into that of .NET where the same characters mean different things: classes such as
/// <c>\d</c> are ASCII, <c>$</c> is the very end, <c>[[:alpha:]]</c> is a class, <c>[</c> inside a class is a character. Counts on
/// the way how large the pattern is with its counted repetitions written out.
/// </summary>
internal sealed class PatternTranslation
{
    /// <summary>What RE2 allows in <c>{n,m}</c>.</summary>
    private const int MaxRepeat = 1000;

    /// <summary>Groups inside groups, so that the walk ends; deeper ones are too complex anyway.</summary>
    private const int MaxDepth = 50;

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private int _at;

    public PatternTranslation(string pattern)
    {
        _pattern = pattern;
        // The two instructions that every program has around what it matches.
        Size = 2 + Alternatives(0);
        if (Problem is null && _at < pattern.Length)
        {
            Problem = "unexpected ): " + pattern;
        }
        Text = _output.ToString();
    }

    public string Text { get; }

    /// <summary>About the number of instructions: one for each character, class, choice and repetition.</summary>
    public long Size { get; }

    public string? Problem { get; private set; }

    private bool More => Problem is null && _at < _pattern.Length;

    private long Alternatives(int depth)
    {
        var size = 0L;
        if (depth > MaxDepth)
        {
            Problem = "expression nests too deeply";
        }
        while (More && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                _output.Append(_pattern[_at++]);
                size++;
            }
            else
            {
                size += Repeated(Atom(depth));
            }
        }
        return size;
    }

    private long Atom(int depth)
    {
        var character = _pattern[_at];
        switch (character)
        {
            case '(':
                return Group(depth);
            case '[':
                return Class();
            case '\\':
                return Escape(inClass: false);
            case '$':
                _at++;
                _output.Append(@"\z");
                return 1;
            case '*' or '+' or '?':
                Problem = $"no argument for repetition operator: {character}";
                return 0;
            case '.':
                _at++;
                _output.Append(@"[^\n]");
                return 1;
            default:
                _at++;
                _output.Append(character is '#' or ' ' or '{' or '}' or ']' ? "\\" + character : character.ToString());
                return 1;
        }
    }

    private long Group(int depth)
    {
        _output.Append(_pattern[_at++]);
        var capture = 2;
        if (Follows("?P<") || Follows("?<"))
        {
            var end = _pattern.IndexOf('>', _at);
            var start = _pattern.IndexOf('<', _at) + 1;
            if (end < start || !_pattern[start..end].All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || end == start)
            {
                Problem = "invalid named capture group: " + _pattern[(_at - 1)..];
                return 0;
            }
            // Nothing asks for what a group captured.
            _at = end + 1;
        }
        else if (Follows("?:") || Follows("?i:"))
        {
            var colon = _pattern.IndexOf(':', _at) + 1;
            _output.Append(_pattern, _at, colon - _at);
            _at = colon;
            capture = 0;
        }
        else if (Follows("?i)"))
        {
            _output.Append("?i)");
            _at += 3;
            return 0;
        }
        else if (Follows("?"))
        {
            Problem = "invalid perl operator: (" + _pattern[_at..Math.Min(_pattern.Length, _at + 2)];
            return 0;
        }
        var size = Alternatives(depth + 1);
        if (!More)
        {
            Problem ??= "missing ): " + _pattern;
            return 0;
        }
        _output.Append(_pattern[_at++]);
        return size + capture;
    }

    private long Class()
    {
        var start = _at;
        _output.Append(_pattern[_at++]);
        if (Follows("^"))
        {
            _output.Append(_pattern[_at++]);
        }
        for (var first = true; More; first = false)
        {
            var character = _pattern[_at];
            if (character == ']' && !first)
            {
                _output.Append(character);
                _at++;
                return 1;
            }
            if (Follows("[:"))
            {
                PosixClass();
            }
            else if (character == '\\')
            {
                Escape(inClass: true);
            }
            else
            {
                _at++;
                _output.Append(character is '[' or ']' ? "\\" + character : character.ToString());
            }
        }
        Problem ??= "missing ]: " + _pattern[start..];
        return 0;
    }

    private void PosixClass()
    {
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        var members = end < 0 ? null : AsciiClasses.Posix(_pattern[(_at + 2)..end]);
        if (members is null)
        {
            Problem = "invalid character class range: " + _pattern[_at..];
            return;
        }
        _output.Append(members);
        _at = end + 2;
    }

    private long Escape(bool inClass)
    {
        if (_at + 1 == _pattern.Length)
        {
            Problem = "trailing \\ at end of regexp";
            return 0;
        }
        var letter = _pattern[_at + 1];
        if (letter == 'Q' && !inClass)
        {
            return Quoted();
        }
        var known = AsciiClasses.Escape(letter, inClass);
        if (known is null && (char.IsAsciiLetterOrDigit(letter) || letter > 127))
        {
            Problem = $"invalid escape sequence: \\{letter}";
            return 0;
        }
        _output.Append(known ?? "\\" + letter);
        _at += 2;
        return 1;
    }

    private long Quoted()
    {
        var end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        var text = _pattern[(_at + 2)..(end < 0 ? _pattern.Length : end)];
        foreach (var character in text)
        {
            _output.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}");
        }
        _at = end < 0 ? _pattern.Length : end + 2;
        return text.Length;
    }

    private long Repeated(long size)
    {
        for (var times = 0; More; times++)
        {
            var character = _pattern[_at];
            var (least, most, length) = character == '{' ? Counts() : (0, 0, 1);
            if ((character == '{' && length == 0) || character is not ('*' or '+' or '?' or '{'))
            {
                return size;
            }
            if (times > 0)
            {
                Problem = "bad repetition operator: " + _pattern[(_at - 1)..(_at + length)];
                return size;
            }
            if (least > MaxRepeat || most > MaxRepeat || (most >= 0 && least > most))
            {
                Problem = "bad repetition operator: " + _pattern[_at..(_at + length)];
                return size;
            }
            _output.Append(_pattern, _at, length);
            _at += length;
            if (Follows("?"))
            {
                _output.Append(_pattern[_at++]);
            }
            size = character != '{' ? size + 1 : most < 0 ? (size * Math.Max(1, least)) + 1 : (size * Math.Max(1, most)) + (most - least);
        }
        return size;
    }

    /// <summary><c>{n}</c>, <c>{n,}</c> with no upper bound as -1, or <c>{n,m}</c>; a length of 0 when it is only a brace.</summary>
    private (int Least, int Most, int Length) Counts()
    {
        var end = _pattern.IndexOf('}', _at);
        if (end < 0)
        {
            return default;
        }
        var parts = _pattern[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || !TryCount(parts[0], out var least))
        {
            return default;
        }
        if (parts.Length == 1)
        {
            return (least, least, end - _at + 1);
        }
        return parts[1].Length == 0 ? (least, -1, end - _at + 1) : TryCount(parts[1], out var most)
            ? (least, most, end - _at + 1) : default;
    }

    private static bool TryCount(string digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count) && digits.Length <= 9;

    private bool Follows(string text) => string.CompareOrdinal(_pattern, _at, text, 0, text.Length) == 0;
}
