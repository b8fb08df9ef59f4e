using System.Globalization;
using System.Net;
using Google.Protobuf.Collections;
using Mesos.V1;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Flags;
using Offerbook.Wire.Http.Security;
using Offerbook.Wire.Json;
using Credential = Offerbook.Wire.Http.Credential;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Values of flags that only an agent has; see <see cref="FlagValues"/>.</summary>
internal static class AgentFlagValues
{
    private const int MaxCredentialBytes = 64 * 1024;

    public static IPAddress Address(string text) => IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    public static LogLevel Level(string text) => text switch
    {
        "INFO" => LogLevel.Information,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => throw new FormatException($"expecting INFO, WARNING or ERROR, not '{text}'"),
    };

    /// <summary>Bytes with a unit, more than an int holds: <c>2GB</c>.</summary>
    public static long LongBytes(string text)
    {
        foreach (var (unit, size) in new[] { ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1L) })
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue / size)
            {
                return number * size;
            }
        }
        throw new FormatException($"expecting a number of bytes with a unit (B, KB, MB, GB, TB), not '{text}'");
    }

    public static string OfLongBytes(long value)
    {
        foreach (var (unit, size) in new[] { ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10) })
        {
            if (value >= size && value % size == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value / size}{unit}");
            }
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value}B");
    }

    /// <summary>Masters with commas between, each as <c>host:port</c> or with a scheme before it.</summary>
    public static IReadOnlyList<Uri> Masters(string text)
    {
        var masters = FlagValues.List(text).Select(Master).ToList();
        return masters.Count > 0 ? masters : throw new FormatException("expecting at least one master");
    }

    /// <summary>A file that holds one principal and its secret, as JSON or with a blank between.</summary>
    public static Credential CredentialOf(string path)
    {
        var text = SecretFile.Read(path, "credential file", MaxCredentialBytes, warn: null).Trim();
        try
        {
            if (text.StartsWith('{'))
            {
                var parsed = JObject.Parse(text);
                return new Credential((string?)parsed["principal"] ?? "", (string?)parsed["secret"] ?? "");
            }
        }
        catch (JsonException)
        {
            // The parser's own text may quote what it read.
            throw new FormatException($"credential file '{path}' is not JSON");
        }
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2
            ? new Credential(parts[0], parts[1])
            : throw new FormatException($"credential file '{path}': expecting a principal and a secret with a space between, or JSON with both");
    }

    /// <summary><c>{"capabilities":["CHOWN"]}</c> as the list that <see cref="IsolationOptions.BoundingCapabilities"/> is.</summary>
    public static string Capabilities(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
        {
            return text;
        }
        return MesosJson.Read<CapabilityInfo>(System.Text.Encoding.UTF8.GetBytes(text)).TryGet(out var info, out var error)
            ? string.Join(',', info.Capabilities.Select(capability => capability.ToString()).Select(Snake))
            : throw new FormatException(error.Describe("CapabilityInfo"));
    }

    private static Uri Master(string one) => one.StartsWith("zk://", StringComparison.Ordinal)
        ? throw new FormatException("masters are not looked up in ZooKeeper yet: name them, as host:port,host:port")
        : Uri.TryCreate(one.Contains("://", StringComparison.Ordinal) ? one : "http://" + one, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"expecting host:port or http://host:port, not '{one}'");

    /// <summary><c>NetBindService</c> as <c>net_bind_service</c>.</summary>
    private static string Snake(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
