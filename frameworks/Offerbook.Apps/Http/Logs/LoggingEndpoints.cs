using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Reading;

namespace Offerbook.Apps.Http.Logs;

/// <summary>/logging: how much is logged, by logger.</summary>
internal sealed class LoggingEndpoints(LogLevels levels) : IApiEndpoints
{
    private static readonly EnumText<LogLevel> s_levels = new(
        (LogLevel.Trace, "trace"), (LogLevel.Debug, "debug"), (LogLevel.Information, "info"), (LogLevel.Warning, "warn"),
        (LogLevel.Error, "error"));

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/logging", "How much each logger says", _ => List()).Gives(200, "{text}", "Level by logger; inherited ones say so"),
        Route.Post("/logging", "Make a logger say more or less, for a while or until it is set again", SetAsync)
            .Takes("LoggerChange", "Which logger, and from which level on it speaks").Gives(200, "LoggerChange", "The request")
            .Refuses(422, "The level is not one"),
    ];

    private ApiResponse List()
    {
        var json = new JObject();
        foreach (var (name, level, isOwn) in levels.All)
        {
            var text = level switch { LogLevel.Critical or LogLevel.None => "OFF", _ => s_levels.Write(level).ToUpperInvariant() };
            json[name] = isOwn ? text : text + " (inherited)";
        }
        return ApiResponse.Json(json);
    }

    private async Task<ApiResponse> SetAsync(ApiRequest request)
    {
        var body = await request.ReadJsonAsync();
        if (!body.IsOk)
        {
            return ApiResponse.Error(body.Error);
        }
        var errors = new ReadErrors();
        var change = ObjectReader.Object(body.Value, "", errors, reader => new
        {
            Level = reader.Required("level", reader.Choice("level", s_levels)),
            Logger = reader.Required("logger", reader.Text("logger", minLength: 1, maxLength: 1024), ""),
            DurationSeconds = reader.Int("durationSeconds", min: 0),
        });
        if (errors.Any || change is null)
        {
            return ApiResponse.Error(errors.ToApiError());
        }
        var isSet = change.DurationSeconds is { } seconds
            ? levels.TrySet(change.Logger, change.Level, TimeSpan.FromSeconds(seconds))
            : levels.TrySet(change.Logger, change.Level);
        return isSet
            ? ApiResponse.Json(body.Value) : ApiResponse.Error(422, "Too many loggers have levels of their own. Restart to forget them.");
    }
}
