using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>
/// Reads what URIs name: http and https; files of the host, read as the task's user so that nobody gets at what is not theirs.
/// Link-local addresses are refused, because clouds hand out the machine's own secrets there.
/// </summary>
internal sealed class FetchSources : IDisposable
{
    private readonly FetchOptions _options;
    private readonly HttpClient _http;

    public FetchSources(FetchOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 10,
            UseCookies = false,
            ConnectTimeout = options.StallTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Copies what the URI names.</summary>
    /// <param name="user">Whose rights count on this host; null: the agent's own user.</param>
    /// <param name="reserve">Told the size beforehand, when it is known; may refuse by an exception.</param>
    /// <param name="grow">Told of what is about to be written when the size was not known beforehand.</param>
    /// <exception cref="FetchFailedException">It cannot be had.</exception>
    public Task CopyAsync(string uri, HostUser? user, Stream to, Action<long>? reserve, Action<long>? grow, CancellationToken cancellation)
    {
        if (uri.IndexOfAny(['\\', '\'', '\0']) >= 0)
        {
            throw new FetchFailedException("the address holds a backslash, a quote or a NUL character");
        }
        var scheme = uri.IndexOf("://", StringComparison.Ordinal) is > 0 and var end ? uri[..end].ToLowerInvariant() : "";
        return scheme switch
        {
            "" => FileAsync(Absolute(uri), user, to, grow, cancellation),
            "file" => FileAsync(PathOf(uri), user, to, grow, cancellation),
            "http" or "https" => HttpAsync(uri, to, reserve, grow, cancellation),
            _ => throw new FetchFailedException(
                $"'{scheme}' is no kind of address that this agent fetches: use http, https, file or a path of the host"),
        };
    }

    public void Dispose() => _http.Dispose();

    private string Absolute(string path) =>
        path.StartsWith('/') ? path
        : path.Length == 0 ? throw new FetchFailedException("the address is empty")
        : _options.FrameworksHome is { } home ? Path.Combine(home, path)
        : throw new FetchFailedException($"the path '{path}' is relative, and the agent was not told to what (--frameworks_home)");

    private static string PathOf(string uri)
    {
        var rest = uri["file://".Length..];
        var slash = rest.IndexOf('/');
        return slash >= 0 && (rest[..slash] is "" or "localhost")
            ? Uri.UnescapeDataString(rest[slash..])
            : throw new FetchFailedException("a file address must have the form file:///PATH");
    }

    private async Task FileAsync(string path, HostUser? user, Stream to, Action<long>? grow, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
        {
            throw new FetchFailedException($"{path} is a directory; name a file, or an archive of the directory");
        }
        if (user is not null)
        {
            // setpriv and cat do what a thread of .NET cannot: read with somebody else's rights.
            await using var program = ProgramStream.Start(
                "setpriv", $"--reuid={user.Uid}", $"--regid={user.Gid}", "--init-groups", "--", "cat", "--", path);
            await BoundedCopy.CopyAsync(program.Output, to, _options.MaxBytes, _options.StallTimeout, grow, cancellation);
            await program.FinishAsync(cancellation);
            return;
        }
        if (!File.Exists(path))
        {
            throw new FetchFailedException($"there is no file {path} on this host");
        }
        // Does not wait for whoever should write into a pipe.
        using var handle = Native.OpenRead(path) ?? throw new FetchFailedException($"the agent may not read {path}");
        await using var file = new FileStream(handle, FileAccess.Read, 1, isAsync: false);
        await BoundedCopy.CopyAsync(file, to, _options.MaxBytes, _options.StallTimeout, grow, cancellation);
    }

    private async Task HttpAsync(string uri, Stream to, Action<long>? reserve, Action<long>? grow, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address))
        {
            throw new FetchFailedException("the address is not well formed");
        }
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new UriBuilder(address) { UserName = "", Password = "", Fragment = "" }.Uri);
        if (address.UserInfo.Length > 0)
        {
            var credential = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credential));
        }
        try
        {
            using var response = await BoundedCopy.WithinAsync(
                _options.StallTimeout, token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new FetchFailedException($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
            }
            var size = response.Content.Headers.ContentLength;
            if (size > _options.MaxBytes)
            {
                throw new FetchFailedException(
                    $"it has {size} bytes, and this agent takes {_options.MaxBytes} at most (--fetcher_max_bytes)");
            }
            if (size is { } known)
            {
                reserve?.Invoke(known);
            }
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            await BoundedCopy.CopyAsync(body, to, _options.MaxBytes, _options.StallTimeout, size is null ? grow : null, cancellation);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException { InnerException: SocketException } or HttpIOException)
        {
            throw new FetchFailedException(failure.Message, failure);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = (await Dns.GetHostAddressesAsync(host, cancellation)).Where(address => !IsLinkLocal(address)).ToArray();
        if (addresses.Length == 0)
        {
            throw new HttpRequestException($"{host} has only link-local addresses, which are not fetched from");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.IsIPv6LinkLocal || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, _, _]);
    }
}
