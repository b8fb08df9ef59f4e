using Newtonsoft.Json.Linq;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>/v2/leader</summary>
/// <param name="abdication">Null: whoever runs this cannot step down.</param>
internal sealed class LeaderEndpoints(InfoWriter info, Abdication? abdication) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/leader", "Who leads", _ => ApiResponse.Json(new JObject { ["leader"] = info.Leader }))
            .Gives(200, "LeaderInfo", "The leader").Refuses(404, "There is none"),
        Route.Delete("/v2/leader", "Give leadership up: streams end, what is not written down is forgotten, and whoever stands next leads",
            Abdicate)
            .Asks(new QueryParameter("backup", "text", "Refused: there is nothing that makes backups"),
                new QueryParameter("restore", "text", "Refused, as backup"))
            .Gives(200, "Message", "It is given up half a second later").Refuses(501, "A backup was asked for, or it cannot be given up"),
    ];

    private ApiResponse Abdicate(ApiRequest request)
    {
        if (request.Text("backup") is not null || request.Text("restore") is not null)
        {
            return ApiResponse.Error(501,
                "Backups are not made here. Stop the process and copy its data directory; leave backup and restore out to abdicate.");
        }
        if (abdication is null)
        {
            return ApiResponse.Error(501, "This framework runs as part of another program, which does not let it step down.");
        }
        abdication.Announce();
        return ApiResponse.Json(new JObject { ["message"] = "Leadership abdicated" });
    }
}
