using System.Globalization;
using System.Text;

namespace Offerbook.Storage.Formats;

/// <summary>
/// The format level of one log: what may stand in it. A log begins at <see cref="First"/>; an operator raises it when every program that
/// may have to read it can (docs/operating/upgrading.md). What came with a higher level is only written from then on, so that until then
/// the program before can take over, and go back.
/// <code>
/// event FormatRaised/1 ──▶ level n, for this event and all that follow
/// event TermBegan/1    ──▶ since level 2: the epoch of whoever writes from here on, and its version
/// snapshot NAME/1@n    ──▶ level n; without the mark it is the first
/// </code>
/// A core asks <see cref="Of"/> for the level of what it recovers before it looks at anything else, leaves the events out that are
/// <see cref="IsOwn"/>, marks its snapshots, and asks <see cref="Level"/> before it writes what came with a level. Immutable.
/// </summary>
public sealed record LogFormat
{
    public const int First = 1;

    private const string Raised = "FormatRaised/1";

    private const string Began = "TermBegan/1";

    /// <summary>The level that terms came with.</summary>
    private const int LevelOfTerms = 2;

    private const char Mark = '@';

    private LogFormat(FormatSupport support, int level) => (Support, Level) = (support, level);

    /// <summary>What the program can read and write.</summary>
    public FormatSupport Support { get; }

    /// <summary>Nothing may be written that came with a higher one.</summary>
    public int Level { get; private init; }

    /// <summary>Of a log without events.</summary>
    public static LogFormat New(FormatSupport support) => new(support, First);

    /// <summary>The level of what was recovered. Costs a look at the kind of each event.</summary>
    /// <param name="log">What it is called in the text.</param>
    /// <exception cref="JournalTooNewException">It is higher than the program knows.</exception>
    public static LogFormat Of(Recovery recovery, FormatSupport support, string log)
    {
        var (level, by) = (recovery.Snapshot is { } snapshot ? MarkedLevel(snapshot.Record) : First, "");
        foreach (var record in recovery.Events)
        {
            if (record.Manifest == Raised)
            {
                (level, by) = ReadRaised(record, log);
            }
        }
        return level <= support.Newest ? new LogFormat(support, level) : throw JournalTooNewException.Of(log, level, by, support);
    }

    /// <summary>Whether the event says something of the format, and nothing to a core.</summary>
    public static bool IsOwn(JournalRecord record) => record.Manifest is Raised or Began;

    /// <summary>The snapshot as the core wrote it, without the mark.</summary>
    public static JournalRecord Plain(JournalRecord snapshot) =>
        snapshot.Manifest.LastIndexOf(Mark) is var at and >= 0 ? snapshot with { Manifest = snapshot.Manifest[..at] } : snapshot;

    /// <summary>The snapshot with its mark, so that a program which does not know the level stops there.</summary>
    public JournalRecord Marked(JournalRecord snapshot) => Level == First
        ? snapshot
        : snapshot with { Manifest = string.Create(CultureInfo.InvariantCulture, $"{snapshot.Manifest}{Mark}{Level}") };

    /// <summary>What a core journals first when it has recovered; null: the level knows no such thing.</summary>
    /// <param name="epoch">Of the recovery.</param>
    public JournalRecord? Begin(long epoch) => Level < LevelOfTerms
        ? null
        : new JournalRecord(Began, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{epoch} {Support.Build}")));

    /// <summary>What an event of the format's own says, for people; null: it is a core's.</summary>
    /// <exception cref="JournalDamagedException">It cannot be read.</exception>
    public static string? Describe(JournalRecord record)
    {
        switch (record.Manifest)
        {
            case Raised:
                var (level, by) = ReadRaised(record, "the log");
                return string.Create(CultureInfo.InvariantCulture, $"raised to format level {level} by version {by}");
            case Began:
                var words = Encoding.UTF8.GetString(record.Payload.Span).Split(' ');
                return $"epoch {words[0]}, led by version {(words.Length > 1 ? words[1] : "")}";
            default:
                return null;
        }
    }

    /// <summary>The level that an event or snapshot says; null: it says none.</summary>
    /// <exception cref="JournalDamagedException">It cannot be read.</exception>
    internal static int? LevelIn(JournalRecord record) =>
        record.Manifest == Raised ? ReadRaised(record, "the log").Level : record.Manifest.Contains(Mark) ? MarkedLevel(record) : null;

    /// <summary>What an operator asks: the level, or to raise it.</summary>
    /// <param name="raiseTo">Null: only to see it.</param>
    public FormatAnswer Ask(int? raiseTo)
    {
        if (raiseTo is not { } to || to == Level)
        {
            return FormatAnswer.Shown(this);
        }
        if (to < Level)
        {
            return FormatAnswer.Refused(this,
                $"The journal is at format level {Level}, and a level is never lowered: what stands in it cannot be taken back.");
        }
        if (to > Support.Newest)
        {
            return FormatAnswer.Refused(this,
                $"This program ({Support.Build}) knows the format levels up to {Support.Newest}. Upgrade it before the journal is raised to {to}.");
        }
        var text = string.Create(CultureInfo.InvariantCulture, $"{to} {Support.Build}");
        return FormatAnswer.Shown(this with { Level = to }, new JournalRecord(Raised, Encoding.UTF8.GetBytes(text)));
    }

    private static int MarkedLevel(JournalRecord snapshot) =>
        snapshot.Manifest.LastIndexOf(Mark) is var at and >= 0 ? ParseLevel(snapshot.Manifest.AsSpan(at + 1), snapshot.Manifest) : First;

    /// <summary>Words: the level, the program that raised it. A later program may write more of them.</summary>
    private static (int Level, string By) ReadRaised(JournalRecord record, string log)
    {
        var words = Encoding.UTF8.GetString(record.Payload.Span).Split(' ');
        return (ParseLevel(words[0], log), words.Length > 1 ? words[1] : "");
    }

    private static int ParseLevel(ReadOnlySpan<char> text, string where) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level > 0
            ? level
            : throw new JournalDamagedException(
                $"The format level in {where} of the journal is no number: {text.ToString()[..Math.Min(text.Length, 40)]}");
}
