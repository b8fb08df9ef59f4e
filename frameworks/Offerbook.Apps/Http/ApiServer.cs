using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http;

/// <summary>
/// Answers every request with the headers that all responses carry. Whatever goes wrong inside becomes a JSON error and a line in
/// the log, never a dead connection.
/// </summary>
internal sealed class ApiServer(CoreGate core, ApiRouter router, Func<Uri> address, ILogger log)
{
    public async Task HandleAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        headers.Pragma = "no-cache";
        headers.Expires = "0";
        headers["X-Marathon-Leader"] = address().GetLeftPart(UriPartial.Authority);
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "1; mode=block";
        var request = new ApiRequest(context);
        try
        {
            var response = core.IsOpen ? await router.AnswerAsync(request) : ApiResponse.Error(CoreGate.Stopping);
            if (response is not null)
            {
                await response.SendAsync(context, request.IsHead);
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
    }

    private static async Task FailAsync(ApiRequest request, ApiError error)
    {
        if (request.Context.Response.HasStarted)
        {
            request.Context.Abort();
            return;
        }
        await ApiResponse.Error(error).SendAsync(request.Context, request.IsHead);
    }
}
