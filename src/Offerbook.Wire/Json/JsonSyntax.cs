using System.Text;

namespace Offerbook.Wire.Json;

/// <summary>
/// Says where JSON is broken in exactly the words that Mesos uses, which clients show and test suites compare:
/// <c>syntax error at line 1 near: </c> and the rest of the line from the first character that cannot be right. Slow and careful;
/// runs only once reading has failed. Explains the same language as the reader accepts, save that it is laxer about numbers.
/// </summary>
internal ref struct JsonSyntax
{
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private int _depth;

    private JsonSyntax(ReadOnlySpan<byte> text) => _text = text;

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Explain(ReadOnlySpan<byte> utf8)
    {
        var syntax = new JsonSyntax(utf8);
        if (!syntax.TakeValue())
        {
            return Locate(utf8, "syntax error", syntax._at);
        }
        var end = syntax._at;
        syntax.SkipWhiteSpace();
        return syntax._at == utf8.Length
            ? null
            : "Parsed JSON included non-whitespace trailing characters: " + Encoding.UTF8.GetString(utf8[end..]);
    }

    /// <returns>What is wrong, the line, and what follows on it.</returns>
    public static string Locate(ReadOnlySpan<byte> utf8, string what, int position)
    {
        position = Math.Min(position, utf8.Length);
        var line = 1 + utf8[..position].Count((byte)'\n');
        var rest = utf8[position..];
        var lineEnd = rest.IndexOf((byte)'\n');
        var near = Encoding.UTF8.GetString(lineEnd < 0 ? rest : rest[..lineEnd]);
        return $"{what} at line {line} near: {string.Concat(near.Where(c => c >= ' '))}";
    }

    private readonly int Peek => _at < _text.Length ? _text[_at] : -1;

    private void SkipWhiteSpace()
    {
        while (Peek is ' ' or '\t' or '\n' or '\r')
        {
            _at++;
        }
    }

    private bool Expect(char expected)
    {
        SkipWhiteSpace();
        if (Peek != expected)
        {
            return false;
        }
        _at++;
        return true;
    }

    private bool TakeValue()
    {
        SkipWhiteSpace();
        switch (Peek)
        {
            case '{':
                return TakeNested('}');
            case '[':
                return TakeNested(']');
            case '"':
                _at++;
                return TakeString();
            case 'n':
                return TakeWord("null"u8);
            case 't':
                return TakeWord("true"u8);
            case 'f':
                return TakeWord("false"u8);
            case '-' or (>= '0' and <= '9'):
                return TakeNumber();
            default:
                return false;
        }
    }

    private bool TakeNested(char close)
    {
        _at++;
        if (++_depth > MesosJson.MaxDepth)
        {
            return false;
        }
        if (!Expect(close))
        {
            do
            {
                if (close == '}' && !(Expect('"') && TakeString() && Expect(':')))
                {
                    return false;
                }
                if (!TakeValue())
                {
                    return false;
                }
            }
            while (Expect(','));
            if (!Expect(close))
            {
                return false;
            }
        }
        _depth--;
        return true;
    }

    private bool TakeWord(ReadOnlySpan<byte> word)
    {
        foreach (var letter in word)
        {
            if (Peek != letter)
            {
                return false;
            }
            _at++;
        }
        return true;
    }

    private bool TakeNumber()
    {
        var start = _at;
        while (Peek is '+' or '-' or '.' or 'e' or 'E' or (>= '0' and <= '9'))
        {
            _at++;
        }
        return double.TryParse(_text[start.._at], System.Globalization.CultureInfo.InvariantCulture, out _);
    }

    private bool TakeString()
    {
        while (true)
        {
            var next = Peek;
            if (next < ' ')
            {
                return false;
            }
            _at++;
            if (next == '"')
            {
                return true;
            }
            if (next == '\\' && !TakeEscape())
            {
                return false;
            }
        }
    }

    private bool TakeEscape()
    {
        var letter = Peek;
        if (letter < 0)
        {
            return false;
        }
        _at++;
        if (letter != 'u')
        {
            return "\"\\/bfnrt".Contains((char)letter);
        }
        for (var i = 0; i < 4; i++)
        {
            if (Peek < 0 || !char.IsAsciiHexDigit((char)Peek))
            {
                return false;
            }
            _at++;
        }
        return true;
    }
}
