using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json;

/// <summary>Definitions as they are stored: exactly as the API writes them, version info included, and read back to the same value.</summary>
public static class AppJson
{
    public static JObject Write(AppDefinition app) => AppWriter.Write(app);

    /// <summary>Only for what <see cref="Write"/> wrote: anything else is damage and stops the caller.</summary>
    /// <param name="json">Parsed by <see cref="JsonText"/>, or with date parsing off: texts that look like dates must stay texts.</param>
    public static AppDefinition Read(JToken json)
    {
        var (errors, problems) = (new ReadErrors(), new PathErrors());
        var draft = ObjectReader.Object(json, "", errors, app => AppReader.Read(app, isWhole: true));
        Invariant.Check(!errors.Any && draft?.Version is not null, "a stored app does not have the shape of an app");
        var context = new DraftContext(PathId.Parse(draft.Id!), PathId.Root, draft.Role ?? "*", new SpecSettings());
        var app = AppAssembly.Assemble(draft, null, context, problems);
        Invariant.Check(!problems.Any, "a stored app contradicts itself");
        var info = new ObjectReader((JObject)json["versionInfo"]!, "/versionInfo", errors);
        return app with
        {
            VersionInfo = new VersionInfo(draft.Version.Value, info.Required("lastScalingAt", info.Moment("lastScalingAt")),
                info.Required("lastConfigChangeAt", info.Moment("lastConfigChangeAt"))),
        };
    }
}
