using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Http;
using Offerbook.Wire.Http.Limits;
using Offerbook.Wire.Json;

namespace Offerbook.Agent.Http.Operator;

/// <summary>GET /containers and /monitor/statistics: who runs here and what it uses, members sorted by name as tools know them.</summary>
internal sealed class ContainersEndpoint(RunningAgent agent)
{
    private const string BadQuery =
        "Supported query parameters are container_id only, framework_id only, or executor_id and framework_id only";

    /// <summary>The original's rate, with room for pollers that come at the same moment.</summary>
    private readonly TokenBucket _rate = new(perSecond: 2, capacity: 10, agent.Time);

    public async Task ContainersAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (container, framework, executor) = (query["container_id"].ToString(), query["framework_id"].ToString(),
            query["executor_id"].ToString());
        if ((container.Length > 0 && framework.Length + executor.Length > 0) || (executor.Length > 0 && framework.Length == 0))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, BadQuery);
            return;
        }
        var (nested, alone) = (query["show_nested"] == "true", query["show_standalone"] == "true");
        var view = await agent.Gateway.ViewAsync(context.RequestAborted);
        var wanted = ContainerList.Of(view).Where(entry => container.Length > 0
            ? entry.Container.Value == container
            : (framework.Length == 0 || entry.Framework?.Value == framework) && (executor.Length == 0 || entry.Executor?.Value == executor)
                && (nested || !entry.Container.IsNested) && (alone || entry.Framework is not null)).ToList();
        await WriteAsync(context, wanted, withStatus: true);
    }

    public async Task StatisticsAsync(HttpContext context)
    {
        if (!_rate.TryTake(out var wait))
        {
            context.Response.Headers.RetryAfter = "1";
            await context.Response.WriteTextAsync(StatusCodes.Status429TooManyRequests,
                $"Statistics are told twice a second at most. Try again in {Math.Ceiling(wait.TotalSeconds)} s");
            return;
        }
        var view = await agent.Gateway.ViewAsync(context.RequestAborted);
        await WriteAsync(context, [.. ContainerList.Of(view).Where(entry => !entry.Container.IsNested && entry.Framework is not null)],
            withStatus: false);
    }

    private async Task WriteAsync(HttpContext context, IReadOnlyList<ContainerEntry> wanted, bool withStatus)
    {
        var entries = await ContainerList.WithStatisticsAsync(agent, wanted, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                if (withStatus)
                {
                    json.Member("container_id", entry.Container.Value);
                    if (entry.Degraded is { } degraded)
                    {
                        json.Member("degraded", degraded);
                    }
                }
                if (entry.Framework is { } framework)
                {
                    json.Member("executor_id", entry.Executor?.Value ?? "");
                    json.Member("executor_name", entry.ExecutorName ?? "");
                    json.Member("framework_id", framework.Value);
                    json.Member("source", entry.Source ?? "");
                }
                if (entry.Statistics is { } statistics)
                {
                    Sorted(json, "statistics", statistics);
                }
                if (withStatus)
                {
                    Sorted(json, "status", entry.Status);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static void Sorted(JsonWriter json, string name, IMessage message)
    {
        using var text = new JsonTextReader(new StringReader(MesosJson.ToText(message))) { DateParseHandling = DateParseHandling.None };
        var members = JObject.Load(text).Properties().OrderBy(member => member.Name, StringComparer.Ordinal);
        json.WritePropertyName(name);
        new JObject(members).WriteTo(json);
    }
}
