using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>Apps as the journal has them: as the API shows them, which loses nothing.</summary>
internal static class JournaledApp
{
    public static JObject Write(AppDefinition app) => AppWriter.Write(app);

    public static AppDefinition Read(JToken json)
    {
        var errors = new ReadErrors();
        if (ObjectReader.Object(json, "", errors, app => AppReader.Read(app, isWhole: true)) is not { } draft || errors.Any)
        {
            throw Damaged(json, errors.ToApiError().ToString());
        }
        var assembly = new PathErrors();
        var id = PathId.Parse(draft.Id ?? "");
        var read = AppAssembly.Assemble(draft, null, new DraftContext(id, PathId.Root, "*", new SpecSettings()), assembly);
        if (assembly.Any)
        {
            throw Damaged(json, assembly.ToJson().ToString());
        }
        var versions = json.Need("versionInfo");
        return read with { VersionInfo = new VersionInfo(Moment(json, "version"), Moment(versions, "lastScalingAt"),
            Moment(versions, "lastConfigChangeAt")) };
    }

    private static Timestamp Moment(JToken json, string name) =>
        Timestamp.TryParse(json.Text(name), out var time) ? time : throw Damaged(json, "no timestamp in " + name);

    private static JournalDamagedException Damaged(JToken json, string why) =>
        new($"The journal holds the app {(string?)json["id"]}, which cannot be read: {why}");
}
