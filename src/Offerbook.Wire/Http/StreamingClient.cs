using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;

namespace Offerbook.Wire.Http;

/// <summary>
/// The client's half of the one streaming pattern: a POST that opens a stream of events, and POSTs of calls beside it. Refusals and
/// broken connections are values. Redirections are reported, not followed: the caller decides whom it believes to be the leader.
/// </summary>
public sealed class StreamingClient : IDisposable
{
    private readonly StreamingClientOptions _options;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HttpClient _http;

    public StreamingClient(StreamingClientOptions? options = null)
    {
        _options = options ?? StreamingClientOptions.Default;
        _authorization = _options.Credential?.Header;
        _http = new HttpClient(CreateHandler(_options))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = _options.MaxAnswerBytes,
        };
    }

    /// <summary>Posts a call and waits for its answer.</summary>
    /// <param name="headers">More headers of the request, such as the id of the stream.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was asked for.</exception>
    public async Task<CallAnswer> PostAsync(Uri address, IMessage call, MessageFormat format,
        IEnumerable<KeyValuePair<string, string>>? headers = null, CancellationToken cancellation = default)
    {
        using var deadline = Deadline(cancellation);
        using var request = CreateRequest(address, call, format, headers);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            return await AnswerAsync(address, response, deadline.Token);
        }
        catch (Exception fault) when (IsNetworkFault(fault, cancellation))
        {
            return NoAnswer(address, fault);
        }
    }

    /// <summary>Posts a call whose answer is a stream.</summary>
    /// <returns>The stream, or the answer that came in its place.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was asked for.</exception>
    public async Task<(IncomingStream<TEvent>? Stream, CallAnswer Answer)> OpenAsync<TEvent>(Uri address, IMessage call,
        MessageFormat format,
        IEnumerable<KeyValuePair<string, string>>? headers = null, CancellationToken cancellation = default)
        where TEvent : class, IMessage<TEvent>, new()
    {
        using var deadline = Deadline(cancellation);
        using var request = CreateRequest(address, call, format, headers);
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var type = response.Content.Headers.ContentType?.MediaType;
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, await AnswerAsync(address, response, deadline.Token));
            }
            if (type != MediaTypes.Of(format))
            {
                return (null, new CallAnswer(null, default, null,
                    $"{address} answered with '{type}' where a stream of '{MediaTypes.Of(format)}' was asked for."));
            }
            var stream = new IncomingStream<TEvent>(response, format, _options.MaxRecordBytes);
            response = null;
            return (stream, new CallAnswer((int)HttpStatusCode.OK, default, null, null));
        }
        catch (Exception fault) when (IsNetworkFault(fault, cancellation))
        {
            return (null, NoAnswer(address, fault));
        }
        finally
        {
            response?.Dispose();
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler CreateHandler(StreamingClientOptions options) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = options.IdleTimeout,
        // Whoever drops a stream wants it closed, not read on for the 2 s of the default: the other side must see it at once.
        ResponseDrainTimeout = TimeSpan.Zero,
        UseCookies = false,
        // The parts of a cluster talk to each other directly, whatever the environment says about the world outside.
        UseProxy = false,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>Connects with keep-alive probes, so that a stream whose peer vanished without a word ends within half a minute.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage CreateRequest(
        Uri address, IMessage call, MessageFormat format, IEnumerable<KeyValuePair<string, string>>? headers)
    {
        var content = new ByteArrayContent(MessageCodec.ToBytes(call, format));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Of(format));
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Of(format)));
        request.Headers.Authorization = _authorization;
        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    private static async Task<CallAnswer> AnswerAsync(Uri address, HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        // A leader is often named without the scheme: `//host:port/path`.
        var redirect = response.Headers.Location is { } location ? new Uri(address, location) : null;
        return new CallAnswer((int)response.StatusCode, body, redirect, null);
    }

    private static CallAnswer NoAnswer(Uri address, Exception fault) => new(null, default, null,
        fault is OperationCanceledException
            ? $"No answer came from {address} in time." : $"No answer came from {address}: {fault.Message}");

    private static bool IsNetworkFault(Exception fault, CancellationToken cancellation) =>
        fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested);

    private CancellationTokenSource Deadline(CancellationToken cancellation)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_options.AnswerTimeout);
        return deadline;
    }
}
