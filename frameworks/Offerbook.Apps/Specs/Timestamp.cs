using System.Globalization;

namespace Offerbook.Apps.Specs;

/// <summary>
/// A moment in whole milliseconds, UTC: the version of an app, group or deployment. Written <c>2026-11-22T10:15:30.123Z</c>.
/// </summary>
public readonly record struct Timestamp(long UnixMilliseconds) : IComparable<Timestamp>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Accepted =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzz", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mmzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz",
    ];

    public static Timestamp From(DateTimeOffset moment) => new(moment.ToUnixTimeMilliseconds());

    /// <summary>
    /// Reads an ISO-8601 date and time with an offset (<c>Z</c>, <c>+02:00</c>, <c>+02</c>). One without an offset is taken as UTC.
    /// </summary>
    public static bool TryParse(string text, out Timestamp timestamp)
    {
        var parsed = DateTimeOffset.TryParseExact(text, Accepted, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment);
        timestamp = parsed ? From(moment) : default;
        return parsed;
    }

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds);

    public int CompareTo(Timestamp other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    public static bool operator <(Timestamp left, Timestamp right) => left.UnixMilliseconds < right.UnixMilliseconds;
    public static bool operator >(Timestamp left, Timestamp right) => left.UnixMilliseconds > right.UnixMilliseconds;
    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixMilliseconds <= right.UnixMilliseconds;
    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixMilliseconds >= right.UnixMilliseconds;

    public override string ToString() => ToDateTimeOffset().ToString(Format, CultureInfo.InvariantCulture);
}
