using System.Net;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Flags;
using Offerbook.Wire.Http.Security;
using Credential = Offerbook.Wire.Http.Credential;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Values of flags that only an agent has; see <see cref="FlagValues"/>.</summary>
internal static class AgentFlagValues
{
    private const int MaxCredentialBytes = 64 * 1024;

    public static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    public static LogLevel Level(string text) => text switch
    {
        "INFO" => LogLevel.Information,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => throw new FormatException($"expecting INFO, WARNING or ERROR, not '{text}'"),
    };

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
            : throw new FormatException(
                $"credential file '{path}': expecting a principal and a secret with a space between, or JSON with both");
    }

    private static Uri Master(string one) => one.StartsWith("zk://", StringComparison.Ordinal)
        ? throw new FormatException(
            "an election names the leader alone: give zk://host:2181/path without anything beside it, or the masters as host:port,host:port")
        : Uri.TryCreate(one.Contains("://", StringComparison.Ordinal) ? one : "http://" + one, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"expecting host:port or http://host:port, not '{one}'");
}
