namespace Offerbook.Storage.Formats;

/// <summary>
/// A log is of a format that this program does not know: a newer one has raised it. Whoever stands in an election stays a standby, and
/// whoever stands alone ends; nothing was written.
/// </summary>
public sealed class JournalTooNewException(string message) : Exception(message)
{
    internal static JournalTooNewException Of(string log, int level, string by, FormatSupport support) => new(
        $"The journal of {log} is at format level {level}{(by.Length == 0 ? "" : $", to which version {by} raised it")}. This is version {support.Build}, "
        + $"which reads levels up to {support.Newest}: it cannot lead. Nothing was written. Start the newer version in its place (docs/operating/upgrading.md).");
}
