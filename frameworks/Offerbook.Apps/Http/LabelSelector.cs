using System.Text;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// Chooses apps by label: terms joined by commas, all of which must hold. <c>key</c>, <c>key==v</c>, <c>key!=v</c>,
/// <c>key in (a,b)</c>, <c>key notin (a,b)</c>; every form wants the key to exist. Names are of <c>[-A-Za-z0-9_.]</c>, anything else escaped by <c>\</c>.
/// </summary>
internal sealed class LabelSelector
{
    private readonly List<(string Key, bool Negated, List<string>? Values)> _terms;

    private LabelSelector(List<(string, bool, List<string>?)> terms) => _terms = terms;

    public bool Matches(ValueMap<string> labels) => _terms.TrueForAll(term =>
        labels.TryGetValue(term.Key, out var value) && (term.Values is null || term.Values.Contains(value) != term.Negated));

    public static ApiResult<LabelSelector> Parse(string text)
    {
        var parser = new Parser(text);
        return parser.Selector() is { } terms
            ? new LabelSelector(terms)
            : ApiErrors.Unprocessable($"Can not parse label selector '{text}': unexpected text at position {parser.Position}. "
                + "Write key, key==value, key!=value, key in (a,b) or key notin (a,b), joined by commas.");
    }

    private sealed class Parser(string text)
    {
        public int Position { get; private set; }

        public List<(string, bool, List<string>?)>? Selector()
        {
            var terms = new List<(string, bool, List<string>?)>();
            do
            {
                if (Term() is not { } term)
                {
                    return null;
                }
                terms.Add(term);
            }
            while (Take(","));
            SkipSpace();
            return Position == text.Length ? terms : null;
        }

        private (string, bool, List<string>?)? Term()
        {
            if (Name() is not { } key)
            {
                return null;
            }
            if (Take("==") || Take("!="))
            {
                var negated = text[Position - 2] == '!';
                return Name() is { } value ? (key, negated, [value]) : null;
            }
            if (TakeWord("in"))
            {
                return Values() is { } values ? (key, false, values) : null;
            }
            if (TakeWord("notin"))
            {
                return Values() is { } values ? (key, true, values) : null;
            }
            return (key, false, null);
        }

        private List<string>? Values()
        {
            if (!Take("("))
            {
                return null;
            }
            var values = new List<string>();
            do
            {
                if (Name() is not { } value)
                {
                    return null;
                }
                values.Add(value);
            }
            while (Take(","));
            return Take(")") ? values : null;
        }

        private string? Name()
        {
            SkipSpace();
            var name = new StringBuilder();
            for (; Position < text.Length; Position++)
            {
                if (text[Position] == '\\' && Position + 1 < text.Length)
                {
                    Position++;
                }
                else if (!char.IsAsciiLetterOrDigit(text[Position]) && text[Position] is not ('-' or '_' or '.'))
                {
                    break;
                }
                name.Append(text[Position]);
            }
            return name.Length > 0 ? name.ToString() : null;
        }

        private bool TakeWord(string word)
        {
            var start = Position;
            if (Take(word) && Position < text.Length && text[Position] is (' ' or '('))
            {
                return true;
            }
            Position = start;
            return false;
        }

        private bool Take(string token)
        {
            SkipSpace();
            if (string.CompareOrdinal(text, Position, token, 0, token.Length) != 0)
            {
                return false;
            }
            Position += token.Length;
            return true;
        }

        private void SkipSpace()
        {
            while (Position < text.Length && text[Position] == ' ')
            {
                Position++;
            }
        }
    }
}
