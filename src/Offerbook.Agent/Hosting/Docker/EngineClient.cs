using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Offerbook.Agent.Hosting.Docker.Sessions;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Calls of the Docker Engine's HTTP API over its unix socket. Every call has a deadline, every body a bound; connections are kept
/// and as many as calls under way. The API's version is the engine's, but none that came after the last one known here.
/// </summary>
internal sealed class EngineClient : IDisposable
{
    /// <summary>A list of 10,000 containers is about 15 MB.</summary>
    private const int MaxBody = 64 << 20;

    /// <summary>Debian's engine 20.10. Spoken as well when an engine does not say.</summary>
    private const string OldestKnown = "1.41";

    private static readonly Version NewestKnown = new(1, 44);

    private readonly HttpClient _http;
    private readonly EngineTimings _timings;
    private string? _version;

    public EngineClient(string socket, EngineTimings timings)
    {
        (Socket, _timings) = (socket, timings);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await ConnectAsync(socket, cancellation),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        {
            BaseAddress = new Uri("http://docker"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Socket { get; }

    /// <summary>A call that only asks or signals.</summary>
    public Task<EngineAnswer> AskAsync(HttpMethod method, string path, CancellationToken cancellation, JsonNode? body = null) =>
        CallAsync(method, path, body, _timings.Call, cancellation);

    /// <summary>A call that makes, starts or removes something.</summary>
    public Task<EngineAnswer> WorkAsync(HttpMethod method, string path, CancellationToken cancellation, JsonNode? body = null) =>
        CallAsync(method, path, body, _timings.Work, cancellation);

    /// <summary>Makes an image of the files in an archive.</summary>
    /// <param name="name">With its tag.</param>
    public Task<EngineAnswer> ImportAsync(string name, byte[] tar, CancellationToken cancellation) =>
        GuardAsync(_timings.Work, cancellation, async limit =>
    {
        _version ??= await VersionAsync(limit);
        using var content = new ByteArrayContent(tar) { Headers = { ContentType = new("application/x-tar") } };
        var at = name.LastIndexOf(':');
        using var response = await _http.PostAsync($"/v{_version}/images/create?fromSrc=-&repo={name[..at]}&tag={name[(at + 1)..]}",
            content, limit);
        if (!response.IsSuccessStatusCode)
        {
            return await ReadAsync(response, limit);
        }
        // Its progress, line by line; what is missing afterwards says that it failed.
        await ReadBodyAsync(response, limit);
        return new EngineAnswer.Done(default);
    });

    /// <summary>
    /// A call whose answer is a stream, of which only the beginning has a deadline: that of a call that asks, if none is given.
    /// </summary>
    /// <returns>The stream, or why there is none.</returns>
    public async Task<(EngineStream? Stream, EngineAnswer? Failure)> OpenAsync(
        HttpMethod method, string path, CancellationToken cancellation, JsonNode? body = null, string? registryAuth = null,
        TimeSpan? deadline = null)
    {
        HttpResponseMessage? response = null;
        var failure = await GuardAsync(deadline ?? _timings.Call, cancellation, async limit =>
        {
            response = await SendAsync(method, path, body, registryAuth, limit);
            return response.IsSuccessStatusCode ? new EngineAnswer.Done(default) : await ReadAsync(response, limit);
        });
        if (failure is EngineAnswer.Done)
        {
            return (new EngineStream(response!, await response!.Content.ReadAsStreamAsync(cancellation)), null);
        }
        response?.Dispose();
        return (null, failure);
    }

    /// <summary>
    /// A call that the engine answers by turning the connection into a stream both ways. Only its beginning has a deadline.
    /// </summary>
    /// <returns>The stream, or why there is none.</returns>
    public async Task<(EngineDuplex? Stream, EngineAnswer? Failure)> UpgradeAsync(string path, JsonNode body,
        CancellationToken cancellation)
    {
        Socket? socket = null;
        // A connection of its own, because its end of writing is told by the socket itself.
        var own = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, limit) =>
            {
                var connection = await ConnectAsync(Socket, limit);
                socket = connection.Socket;
                return connection;
            },
            UseProxy = false,
        }) { BaseAddress = _http.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        HttpResponseMessage? response = null;
        var failure = await GuardAsync(_timings.Call, cancellation, async limit =>
        {
            response = await SendAsync(HttpMethod.Post, path, body, null, limit, own);
            return response.StatusCode == HttpStatusCode.SwitchingProtocols
                ? new EngineAnswer.Done(default)
                : await ReadAsync(response, limit) is EngineAnswer.Refused refused
                ? refused : new EngineAnswer.Silent("The engine did not open the streams", false);
        });
        if (failure is EngineAnswer.Done)
        {
            return (new EngineDuplex(own, response!, await response!.Content.ReadAsStreamAsync(cancellation), socket!), null);
        }
        response?.Dispose();
        own.Dispose();
        return (null, failure);
    }

    public void Dispose() => _http.Dispose();

    private Task<EngineAnswer> CallAsync(HttpMethod method, string path, JsonNode? body, TimeSpan deadline,
        CancellationToken cancellation) =>
        GuardAsync(deadline, cancellation, async limit =>
        {
            using var response = await SendAsync(method, path, body, null, limit);
            return await ReadAsync(response, limit);
        });

    /// <param name="upgrading">Sends it instead, and asks for a stream both ways.</param>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, JsonNode? body, string? registryAuth, CancellationToken limit, HttpClient? upgrading = null)
    {
        _version ??= await VersionAsync(limit);
        using var request = new HttpRequestMessage(method, $"/v{_version}{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        if (registryAuth is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", registryAuth);
        }
        if (upgrading is not null)
        {
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "tcp");
        }
        return await (upgrading ?? _http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
    }

    private async Task<string> VersionAsync(CancellationToken limit)
    {
        using var response = await _http.GetAsync("/_ping", limit);
        var said = response.Headers.TryGetValues("Api-Version", out var values) ? values.First() : OldestKnown;
        return !Version.TryParse(said, out var version) ? OldestKnown : version > NewestKnown ? NewestKnown.ToString() : said;
    }

    private static async Task<EngineAnswer> ReadAsync(HttpResponseMessage response, CancellationToken limit)
    {
        var bytes = await ReadBodyAsync(response, limit);
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode || status == 304)
        {
            return bytes.Length == 0 ? new EngineAnswer.Done(default) : new EngineAnswer.Done(Parse(bytes));
        }
        return new EngineAnswer.Refused(status, MessageOf(bytes) ?? $"HTTP status {status}");
    }

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken limit)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(limit);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, limit) is var read and > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBody)
            {
                throw new IOException($"its answer is longer than {MaxBody >> 20} MiB");
            }
        }
        return body.ToArray();
    }

    private static string? MessageOf(byte[] bytes)
    {
        const int longest = 2_000;
        string? text;
        try
        {
            text = Parse(bytes).Text("message");
        }
        catch (JsonException)
        {
            // Something between us and the engine answers in plain text.
            text = Encoding.UTF8.GetString(bytes);
        }
        text = text?.Trim();
        return string.IsNullOrEmpty(text) ? null : text.Length <= longest ? text : text[..longest] + "…";
    }

    private static JsonElement Parse(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    private async Task<EngineAnswer> GuardAsync(TimeSpan deadline, CancellationToken cancellation,
        Func<CancellationToken, Task<EngineAnswer>> call)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new EngineAnswer.Silent($"The Docker engine at {Socket} did not answer within {deadline.TotalSeconds:0.#} s", false);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException socket)
        {
            return new EngineAnswer.Silent($"The Docker engine at {Socket} cannot be reached: {socket.Message}", true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            return new EngineAnswer.Silent(
                $"The Docker engine at {Socket} broke off or gave an answer that cannot be understood: {failure.Message}", false);
        }
    }

    private static async ValueTask<NetworkStream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
