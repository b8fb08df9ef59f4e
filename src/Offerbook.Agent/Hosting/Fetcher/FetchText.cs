namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>What the text of a URI says.</summary>
internal static class FetchText
{
    private const string Scheme = "://";

    /// <summary>The URI as it may stand in logs and messages: without a password, and without the query, which may be one.</summary>
    public static string Show(string uri)
    {
        var plain = WithoutQuery(uri);
        var start = plain.IndexOf(Scheme, StringComparison.Ordinal);
        if (start < 0)
        {
            return plain;
        }
        var host = plain[(start + Scheme.Length)..].Split('/', 2)[0];
        var at = host.LastIndexOf('@');
        return at < 0 ? plain : plain.Remove(start + Scheme.Length, at + 1);
    }

    /// <summary>The name that a file gets from its URI: the last part of the path.</summary>
    /// <exception cref="FetchFailedException">There is none.</exception>
    public static string NameOf(string uri)
    {
        var isAddress = uri.Contains(Scheme, StringComparison.Ordinal);
        var path = isAddress ? WithoutQuery(uri)[(uri.IndexOf(Scheme, StringComparison.Ordinal) + Scheme.Length)..] : uri;
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (isAddress)
        {
            name = path.Contains('/') ? Uri.UnescapeDataString(name) : "";
        }
        return name.Length > 0 && name is not ("." or "..") && !name.Contains('/')
            ? name
            : throw new FetchFailedException($"'{Show(uri)}' names no file: its path must end in a name");
    }

    private static string WithoutQuery(string uri) =>
        uri.Contains(Scheme, StringComparison.Ordinal) && uri.IndexOfAny(['?', '#']) is >= 0 and var end ? uri[..end] : uri;
}
