using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>Sends requests on and their answers back, holding no more of either than one piece.</summary>
internal sealed class RequestForwarder : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly StandbyOptions _options;
    private readonly string _via;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _leader;

    public RequestForwarder(StandbyOptions options, string via, TimeProvider time)
    {
        (_options, _via, _time) = (options, via, time);
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.MaxConnections,
            // An answer that nobody waits for any more is not worth a connection.
            ResponseDrainTimeout = TimeSpan.Zero,
            UseCookies = false,
            UseProxy = false,
        };
        if (options.Trust is { } trust)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) => trust.Check(shown, chain, errors);
        }
        _leader = new HttpMessageInvoker(handler);
    }

    /// <param name="Status">What to answer.</param>
    public sealed record Failure(int Status, string Message);

    /// <returns>What to answer instead of the leader; null when its answer has been given.</returns>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async Task<Failure?> SendAsync(HttpContext context, string target)
    {
        using var silence = new LeaderSilence(_options.ReadTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, context.RequestAborted);
        silence.Watch();
        using var request = Create(context.Request, target, silence);
        try
        {
            if (context.Request.ContentLength > _options.MaxBodyBytes)
            {
                throw new BodyTooLongException(_options.MaxBodyBytes);
            }
            using var response = await _leader.SendAsync(request, either.Token);
            context.Response.StatusCode = (int)response.StatusCode;
            ForwardedHeaders.Copy(response, context.Response, _options.ViaHeader, _via);
            await CopyAsync(response, context.Response, silence, either.Token);
            return null;
        }
        catch (Exception problem)
            when (!context.RequestAborted.IsCancellationRequested
                && problem is HttpRequestException or IOException or OperationCanceledException or BodyTooLongException)
        {
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return null;
            }
            context.Response.Clear();
            return Judge(problem, silence.IsOver, target);
        }
    }

    public void Dispose() => _leader.Dispose();

    private HttpRequestMessage Create(HttpRequest from, string target, LeaderSilence silence)
    {
        var request = new HttpRequestMessage(new HttpMethod(from.Method),
            new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (from.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false)
        {
            request.Content = new ForwardedBody(from.Body, from.ContentLength, _options.MaxBodyBytes, silence);
        }
        ForwardedHeaders.Copy(from, request, _options.ViaHeader, _via);
        return request;
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpResponse to, LeaderSilence silence, CancellationToken cancellation)
    {
        var body = await from.Content.ReadAsStreamAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            await to.StartAsync(cancellation);
            silence.Watch();
            int count;
            while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                silence.Rest();
                await to.Body.WriteAsync(buffer.AsMemory(0, count), cancellation);
                await to.Body.FlushAsync(cancellation);
                silence.Watch();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Failure Judge(Exception problem, bool wasSilent, string target) => problem switch
    {
        _ when problem.GetBaseException() is BodyTooLongException tooLong => new Failure(413, tooLong.Message),
        _ when problem.GetBaseException() is BadHttpRequestException bad => new Failure(bad.StatusCode, bad.Message),
        _ when wasSilent =>
            new Failure(500,
                $"The leader at {new Uri(target).Authority} has not answered within {_options.ReadTimeout.TotalSeconds:0.###} s. "
                + "Whether it has done what it was asked to is not known."),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new Failure(502,
            $"The leader at {new Uri(target).Authority} cannot be spoken to over HTTPS, and nothing was sent to it. "
            + $"{problem.GetBaseException().Message}"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            or OperationCanceledException =>
            new Failure(502, "Connection to leader refused."),
        _ => new Failure(500,
            $"The connection to the leader at {new Uri(target).Authority} broke off: "
            + $"{problem.GetBaseException().Message} Whether it has done what it was asked to is not known."),
    };
}
