using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>/v2/leader</summary>
/// <param name="abdication">Null: whoever runs this cannot step down.</param>
internal sealed class LeaderEndpoints(InfoWriter info, Abdication? abdication, LeaderBackup backup) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/leader", "Who leads", _ => ApiResponse.Json(new JObject { ["leader"] = info.Leader }))
            .Gives(200, "LeaderInfo", "The leader").Refuses(404, "There is none"),
        Route.Delete("/v2/leader", "Give leadership up: streams end, what is not written down is forgotten, and whoever stands next leads",
            AbdicateAsync)
            .Asks(new QueryParameter("backup", "text",
                    "file:///DIRECTORY/FILE: back the whole store up first, into the directory of --backup_dir"),
                new QueryParameter("restore", "text", "Refused: offerbook restore does it while nobody serves from the store"))
            .Gives(200, "Message", "The backup is written, and leadership given up half a second later")
            .Refuses(409, "The file is there, or another backup is being written").Refuses(422, "The backup is to go to no file")
            .Refuses(501, "A restore was asked for, no directory is set aside for backups, or it cannot be given up"),
    ];

    private async Task<ApiResponse> AbdicateAsync(ApiRequest request)
    {
        if (request.Text("restore") is not null)
        {
            return ApiResponse.Error(501,
                "Nothing is restored under running instances: stop all that use the store, and run offerbook restore. "
                + "Leave restore out to abdicate.");
        }
        if (abdication is null)
        {
            return ApiResponse.Error(501, "This framework runs as part of another program, which does not let it step down.");
        }
        if (request.Text("backup") is { } uri && await backup.WriteAsync(uri) is { } refusal)
        {
            return ApiResponse.Error(refusal);
        }
        abdication.Announce();
        return ApiResponse.Json(new JObject { ["message"] = "Leadership abdicated" });
    }
}
