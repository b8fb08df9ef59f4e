namespace Offerbook.Client;

/// <summary>Where masters may be found. Any of them will do: those that do not lead say who does.</summary>
public static class MasterAddresses
{
    public const int DefaultPort = 5050;

    /// <summary>Reads a list such as <c>10.0.0.1:5050,http://master2:5050</c>; without scheme and port, http and 5050 are meant.</summary>
    /// <param name="error">What is wrong and how it should be; null exactly when addresses are returned.</param>
    public static IReadOnlyList<Uri>? Parse(string text, out string? error)
    {
        var addresses = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var full = part.Contains("://", StringComparison.Ordinal) ? part : "http://" + part;
            if (!Uri.TryCreate(full, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
                || address.Host.Length == 0 || address.AbsolutePath != "/" || address.Query.Length > 0)
            {
                error = $"'{part}' is not the address of a master: write host:port, for instance 127.0.0.1:{DefaultPort}";
                return null;
            }
            var hasPort = full.TrimEnd('/').EndsWith(":" + address.Port, StringComparison.Ordinal);
            addresses.Add(address.IsDefaultPort && !hasPort ? new UriBuilder(address) { Port = DefaultPort }.Uri : address);
        }
        error = addresses.Count == 0 ? $"no master is named: write host:port, for instance 127.0.0.1:{DefaultPort}" : null;
        return addresses.Count == 0 ? null : addresses;
    }
}
