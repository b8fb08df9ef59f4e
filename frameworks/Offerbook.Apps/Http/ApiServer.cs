using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http.Access;
using Offerbook.Apps.Http.Measuring;

namespace Offerbook.Apps.Http;

/// <summary>
/// Every request, in this order: 1. the leader, if that is another; 2. the headers that all answers carry; 3. how many are being handled
/// (503); 4. the questions of browsers; 5. who asks (401); 6. the router. Whatever goes wrong inside becomes a JSON error and a line in the
/// log, never a dead
/// connection.
/// </summary>
internal sealed class ApiServer(CoreGate core, ApiRouter router, ApiAccess access, ApiOptions options, HttpMeter meter, Func<Uri> address,
    Func<HttpContext, Task<bool>>? standby, ILogger log, BackThreads back)
{
    private readonly RequestLimit _limit = new(options.MaxConcurrentRequests);
    private readonly CorsHeaders _cors = new(options.AllowedOrigins);
    private readonly ResponseSender _sender = new(options.Compresses, meter, back);

    public async Task HandleAsync(HttpContext context)
    {
        if (standby is not null && await standby(context))
        {
            return;
        }
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        headers.Pragma = "no-cache";
        headers.Expires = "0";
        headers["X-Marathon-Leader"] = address().GetLeftPart(UriPartial.Authority);
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "1; mode=block";
        _cors.AddTo(context);
        var request = new ApiRequest(context);
        var began = meter.Began(context.Request.ContentLength);
        try
        {
            if (await AnswerAsync(request) is { } response)
            {
                await _sender.SendAsync(response, request);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is left to answer.
        }
        catch (BadHttpRequestException bad)
        {
            await FailAsync(request, ApiError.Of(bad.StatusCode, bad.Message));
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Method} {Path} failed", request.Method, request.Path);
            await FailAsync(request, ApiError.Of(500, "The server failed to answer: " + failure.Message));
        }
        finally
        {
            meter.Ended(began, request.Method, context.Response.StatusCode);
        }
    }

    private async Task<ApiResponse?> AnswerAsync(ApiRequest request)
    {
        // Streams stay for days; they have a bound of their own.
        if (request.Segments is ["v2", "events", ..])
        {
            return await AnswerWithinAsync(request);
        }
        if (!_limit.TryEnter())
        {
            return _limit.Refusal;
        }
        try
        {
            return await AnswerWithinAsync(request);
        }
        finally
        {
            _limit.Leave();
        }
    }

    private async Task<ApiResponse?> AnswerWithinAsync(ApiRequest request)
    {
        if (_cors.IsPreflight(request.Context))
        {
            return ApiResponse.Empty(200);
        }
        if (access.Refusal(request) is { } refusal)
        {
            return refusal;
        }
        return core.IsOpen ? await router.AnswerAsync(request) : ApiResponse.Error(CoreGate.Stopping);
    }

    private async Task FailAsync(ApiRequest request, ApiError error)
    {
        if (request.Context.Response.HasStarted)
        {
            request.Context.Abort();
            return;
        }
        await _sender.SendAsync(ApiResponse.Error(error), request);
    }
}
