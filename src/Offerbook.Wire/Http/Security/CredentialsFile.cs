using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Wire.Http.Security;

/// <summary>
/// Reads credentials as the original keeps them: <c>{"credentials": [{"principal": "p", "secret": "s"}]}</c>, or a principal and a
/// secret on each line. Error texts name the place and never a secret.
/// </summary>
public static class CredentialsFile
{
    /// <summary>What 10,000 credentials of 100 characters take, and as much again.</summary>
    private const int MaxBytes = 2 * 1024 * 1024;

    /// <returns>Secrets by principal.</returns>
    /// <exception cref="FormatException">The file cannot be read, or others than its owner may change it, or it holds something
    /// else.</exception>
    public static IReadOnlyDictionary<string, string> Load(string path, Action<string>? warn = null) =>
        Parse(path, SecretFile.Read(path, "credentials file", MaxBytes, warn));

    private static Dictionary<string, string> Parse(string path, string text)
    {
        var isJson = text.AsSpan().TrimStart().StartsWith("{");
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (place, principal, secret) in isJson ? ParseJson(path, text) : ParseLines(path, text))
        {
            if (principal.Length == 0 || principal.Contains(':'))
            {
                throw new FormatException($"credentials file '{path}', {place}: a principal must not be empty or contain a colon");
            }
            if (secret.Length == 0)
            {
                throw new FormatException($"credentials file '{path}', {place}: principal '{principal}' has no secret");
            }
            if (!credentials.TryAdd(principal, secret))
            {
                throw new FormatException($"credentials file '{path}', {place}: principal '{principal}' is there twice");
            }
            if (credentials.Count > Credentials.MaxCount)
            {
                throw new FormatException($"credentials file '{path}' holds more than {Credentials.MaxCount} principals");
            }
        }
        return credentials.Count > 0 ? credentials : throw new FormatException($"credentials file '{path}' holds no credentials");
    }

    private static IEnumerable<(string Place, string Principal, string Secret)> ParseJson(string path, string text)
    {
        JArray list;
        try
        {
            list = JObject.Parse(text)["credentials"] as JArray
                ?? throw new FormatException($"credentials file '{path}': expecting an object with a list 'credentials'");
        }
        catch (JsonReaderException fault)
        {
            // The parser's own text may quote what it read.
            throw new FormatException($"credentials file '{path}' is not JSON (line {fault.LineNumber}, column {fault.LinePosition})");
        }
        for (var i = 0; i < list.Count; i++)
        {
            var place = $"credentials[{i}]";
            if (list[i] is not JObject entry || entry["principal"] is not JValue { Value: string principal })
            {
                throw new FormatException(
                    $"credentials file '{path}', {place}: expecting an object with the texts 'principal' and 'secret'");
            }
            yield return (place, principal, entry["secret"] is JValue { Value: string secret } ? secret : "");
        }
    }

    private static IEnumerable<(string Place, string Principal, string Secret)> ParseLines(string path, string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }
            if (parts.Length != 2)
            {
                throw new FormatException(
                    $"credentials file '{path}', line {number}: expecting a principal and a secret with a space between");
            }
            yield return ($"line {number}", parts[0], parts[1]);
        }
    }
}
