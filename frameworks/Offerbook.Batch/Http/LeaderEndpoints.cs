using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Newtonsoft.Json;

namespace Offerbook.Batch.Http;

/// <summary>GET /v1/leader: who leads, which is whoever answers. DELETE /v1/leader: let another lead; the answer is out first.</summary>
/// <param name="self">Where this process is reached.</param>
internal sealed class LeaderEndpoints(Func<Uri> self, Func<Task> stepDown)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/leader", context => Write(context, $"{{\"leader\":{JsonConvert.ToString(self().Authority)}}}"));
        routes.MapDelete("/v1/leader", async context =>
        {
            await Write(context, "{\"message\":\"Leadership abdicated\"}");
            await context.Response.CompleteAsync();
            _ = stepDown();
        });
    }

    private static Task Write(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body, context.RequestAborted);
    }
}
