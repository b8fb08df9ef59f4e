using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What is shown to a registry: taken from <c>.docker/config.json</c> or <c>.dockercfg</c> in the container's sandbox, where a URI
/// of the task has put it, as users of the original do.
/// </summary>
internal static class Registries
{
    private const string Hub = "docker.io";

    private const int LongestFile = 1 << 20;

    /// <summary>The header that an engine wants; null when nothing is known for the image's registry.</summary>
    public static string? HeaderFor(string image, string sandbox)
    {
        var registry = RegistryOf(image);
        var newer = Read(Path.Combine(sandbox, ".docker", "config.json"))?.At("auths");
        var found = Find(newer, registry) ?? Find(Read(Path.Combine(sandbox, ".dockercfg")), registry);
        if (found is not { } entry)
        {
            return null;
        }
        var auth = new JsonObject { ["serveraddress"] = registry };
        if (entry.Text("identitytoken") is { Length: > 0 } token)
        {
            auth["identitytoken"] = token;
        }
        if (Decode(entry.Text("auth")) is [var user, var password])
        {
            (auth["username"], auth["password"]) = (user, password.TrimEnd('\0'));
        }
        // The engine reads base64 for addresses.
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(auth.ToJsonString())).Replace('+', '-').Replace('/', '_');
    }

    /// <summary>A first part with a dot or a colon, or <c>localhost</c>, names a registry.</summary>
    public static string RegistryOf(string image)
    {
        var first = image.Split('/')[0];
        return image.Contains('/') && (first.Contains('.') || first.Contains(':') || first == "localhost") ? first : Hub;
    }

    private static JsonElement? Find(JsonElement? entries, string registry)
    {
        if (entries is not { ValueKind: JsonValueKind.Object } map)
        {
            return null;
        }
        foreach (var entry in map.EnumerateObject())
        {
            var name = entry.Name.Replace("https://", "").Replace("http://", "").Split('/')[0];
            if (name == registry || (registry == Hub && name is "index.docker.io" or "registry-1.docker.io"))
            {
                return entry.Value;
            }
        }
        return null;
    }

    private static JsonElement? Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= LongestFile })
            {
                return null;
            }
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.Clone();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            // The pull then goes on without, and the registry says that it wants more.
            return null;
        }
    }

    private static string[]? Decode(string? auth)
    {
        var bytes = new byte[(auth?.Length ?? 0) + 3];
        return auth is not null && Convert.TryFromBase64String(auth, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2)
            : null;
    }
}
