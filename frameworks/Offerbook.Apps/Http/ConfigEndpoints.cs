using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Hosting.Flags;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>/config: the flags in effect. Secrets are not among them.</summary>
internal sealed class ConfigEndpoints(AppsOptions options) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/config", "The configuration in effect", _ => ApiResponse.Json(Write())).Gives(200, "{text}", "Value by flag"),
    ];

    private JObject Write()
    {
        var json = new JObject();
        foreach (var (name, value) in AppsFlags.Set.Effective(options))
        {
            json[name] = value;
        }
        json["master"] = options.ShownMaster ?? string.Join(',', options.Masters);
        json["data_dir"] = options.DataDirectory;
        return json;
    }
}
