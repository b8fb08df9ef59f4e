using System.Globalization;

namespace Offerbook.Agent.Http;

/// <summary>When the program was built, as Mesos' endpoints tell it.</summary>
internal static class BuildInfo
{
    private static readonly DateTimeOffset Built = File.Exists(typeof(BuildInfo).Assembly.Location)
        ? File.GetLastWriteTimeUtc(typeof(BuildInfo).Assembly.Location)
        : DateTimeOffset.UnixEpoch;

    /// <summary>Tells this program from others that speak the same API; as the master's.</summary>
    public static string Tag { get; } = "offerbook-" + (typeof(BuildInfo).Assembly.GetName().Version?.ToString(3) ?? "0");

    public static string Date => Built.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static double Time => Built.ToUnixTimeSeconds();
}
