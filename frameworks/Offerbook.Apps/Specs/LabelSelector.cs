using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Offerbook.Apps.Specs;

/// <summary>
/// Chooses apps by label: terms joined by commas, all of which must hold: <c>key</c> (is there), <c>key==v</c>, <c>key!=v</c>,
/// <c>key in (a,b)</c>, <c>key notin (a,b)</c>. Every form, also the negative ones, wants the key to be there. Keys and values are of
/// <c>[-A-Za-z0-9_.]</c>; any other character is written with a backslash before it.
/// </summary>
public sealed class LabelSelector
{
    private readonly List<(string Key, bool IsNegative, HashSet<string>? Values)> _terms = [];

    private LabelSelector()
    {
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out LabelSelector? selector)
    {
        var scanner = new Scanner(text);
        var parsed = new LabelSelector();
        do
        {
            if (!parsed.TryReadTerm(scanner))
            {
                selector = null;
                return false;
            }
        }
        while (scanner.Skip(","));
        selector = scanner.IsAtEnd ? parsed : null;
        return selector is not null;
    }

    public bool Matches(ValueMap<string> labels)
    {
        foreach (var (key, isNegative, values) in _terms)
        {
            if (!labels.TryGetValue(key, out var value) || (values is not null && values.Contains(value) == isNegative))
            {
                return false;
            }
        }
        return true;
    }

    private bool TryReadTerm(Scanner scanner)
    {
        if (scanner.ReadWord() is not { } key)
        {
            return false;
        }
        var isNegative = false;
        HashSet<string>? values = null;
        if (scanner.Skip("==") || (isNegative = scanner.Skip("!=")))
        {
            if (scanner.ReadWord() is not { } value)
            {
                return false;
            }
            values = [value];
        }
        else if (scanner.SkipWord("in") || (isNegative = scanner.SkipWord("notin")))
        {
            values = scanner.ReadList();
            if (values is null)
            {
                return false;
            }
        }
        _terms.Add((key, isNegative, values));
        return true;
    }

    private sealed class Scanner(string text)
    {
        private int _at;

        public bool IsAtEnd
        {
            get
            {
                SkipSpace();
                return _at == text.Length;
            }
        }

        public bool Skip(string sign)
        {
            SkipSpace();
            var isThere = string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0;
            _at += isThere ? sign.Length : 0;
            return isThere;
        }

        public bool SkipWord(string word)
        {
            var start = _at;
            if (ReadWord() == word)
            {
                return true;
            }
            _at = start;
            return false;
        }

        public string? ReadWord()
        {
            SkipSpace();
            var word = new StringBuilder();
            for (; _at < text.Length; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                {
                    _at++;
                }
                else if (!char.IsAsciiLetterOrDigit(text[_at]) && text[_at] is not ('-' or '_' or '.'))
                {
                    break;
                }
                word.Append(text[_at]);
            }
            return word.Length == 0 ? null : word.ToString();
        }

        public HashSet<string>? ReadList()
        {
            var values = new HashSet<string>(StringComparer.Ordinal);
            if (!Skip("("))
            {
                return null;
            }
            do
            {
                if (ReadWord() is not { } value)
                {
                    return null;
                }
                values.Add(value);
            }
            while (Skip(","));
            return Skip(")") ? values : null;
        }

        private void SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }
    }
}
