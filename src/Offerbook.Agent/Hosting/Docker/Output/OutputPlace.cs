using System.Globalization;
using System.Text;

namespace Offerbook.Agent.Hosting.Docker.Output;

/// <summary>How far one of the streams of a container has been copied.</summary>
/// <param name="Time">The engine's stamp of the last piece; empty: none yet. All are of one width, so that they compare as texts.</param>
/// <param name="Count">Pieces with this very stamp that have been copied.</param>
/// <param name="Length">The file's length when all of that was in it.</param>
internal readonly record struct StreamPlace(string Time, int Count, long Length)
{
    public static readonly StreamPlace Start = new("", 0, 0);

    public StreamPlace After(string time) => this with { Time = time, Count = time == Time ? Count + 1 : 1 };
}

/// <summary>
/// How far the output of a container has been copied, kept in a file so that a restarted agent goes on there. The file never
/// changes its length, so that it can be written even when the disk is full.
/// </summary>
internal sealed class OutputPlace : IDisposable
{
    private const int LineWidth = 80;

    /// <summary>
    /// The two streams are stamped before they come together, so that the later of two stamps may come first; by so much at the very most.
    /// </summary>
    private static readonly TimeSpan Disorder = TimeSpan.FromSeconds(10);

    private readonly FileStream _file;

    /// <exception cref="IOException">It cannot be opened.</exception>
    public OutputPlace(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var text = new byte[2 * LineWidth];
        var read = RandomAccess.Read(_file.SafeFileHandle, text, 0);
        if (read == text.Length && Parse(text.AsSpan(0, LineWidth)) is { } output && Parse(text.AsSpan(LineWidth)) is { } error)
        {
            (Output, Error, IsResumed) = (output, error, true);
        }
    }

    /// <summary>Whether an earlier copying is gone on with.</summary>
    public bool IsResumed { get; }

    public StreamPlace Output { get; set; } = StreamPlace.Start;

    public StreamPlace Error { get; set; } = StreamPlace.Start;

    /// <summary>The earliest moment from which the engine's memory is needed, as it wants it; null: from the beginning.</summary>
    public string? Since
    {
        get
        {
            var latest = string.CompareOrdinal(Output.Time, Error.Time) > 0 ? Output.Time : Error.Time;
            return latest.Length > 0
                && DateTimeOffset.TryParse(latest, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? ((time - Disorder).ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture)
                : null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save() => RandomAccess.Write(_file.SafeFileHandle, Encoding.ASCII.GetBytes(Line(Output) + Line(Error)), 0);

    public void Dispose() => _file.Dispose();

    private static string Line(StreamPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Time} {place.Count} {place.Length}").PadRight(LineWidth - 1) + "\n";

    private static StreamPlace? Parse(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetString(line).TrimEnd().Split(' ') is [var time, var count, var length] && time.Length is 0 or LogPieces.StampWidth
        && int.TryParse(count, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(length, CultureInfo.InvariantCulture, out var bytes)
            ? new StreamPlace(time, number, bytes)
            : null;
}
