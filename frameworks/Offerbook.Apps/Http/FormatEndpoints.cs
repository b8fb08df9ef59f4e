using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Routing;
using Offerbook.Storage.Formats;

namespace Offerbook.Apps.Http;

/// <summary>The format level of the journal: seen, and raised when an upgrade is over.</summary>
internal sealed class FormatEndpoints(CoreGate core) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get(FormatAnswer.Path, "The format level of the journal, and the newest that this program knows",
                _ => ApiResponse.Json(JObject.Parse(core.View.Format.Ask(null).Json)))
            .Gives(200, "JournalFormat", "Them"),
        Route.Post(FormatAnswer.Path, "Raise the format level of the journal: older programs than know it cannot lead any more", RaiseAsync)
            .Asks(new QueryParameter("level", "int", "The level to raise it to; needed"))
            .Gives(200, "JournalFormat", "It is raised, or was there already").Refuses(400, "The level is missing or no number")
            .Refuses(409, "It is lower than the present one, or higher than this program knows"),
    ];

    private async Task<ApiResponse> RaiseAsync(ApiRequest request) =>
        int.TryParse(request.Text("level"), NumberStyles.None, CultureInfo.InvariantCulture, out var level)
        ? await core.CallAsync(request, new ApiCall.RaiseFormat(level))
        : ApiResponse.Error(400, "The query parameter level is needed: the format level to raise the journal to, a whole number.");
}
