using System.Globalization;

namespace Offerbook.Master.Http;

/// <summary>What is said of this build beside the API version.</summary>
internal static class BuildInfo
{
    private static readonly DateTimeOffset Built = File.Exists(typeof(BuildInfo).Assembly.Location)
        ? new DateTimeOffset(File.GetLastWriteTimeUtc(typeof(BuildInfo).Assembly.Location))
        : DateTimeOffset.UnixEpoch;

    public static string Date { get; } = Built.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Seconds since the epoch.</summary>
    public static double Time { get; } = Built.ToUnixTimeSeconds();

    /// <summary>Tells this program from others that speak the same API.</summary>
    public static string Tag { get; } = "offerbook-" + (typeof(BuildInfo).Assembly.GetName().Version?.ToString(3) ?? "0");
}
