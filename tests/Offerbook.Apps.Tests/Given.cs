using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests;

/// <summary>Short ways to make the values that tests are about.</summary>
internal static class Given
{
    public static SpecSettings Settings { get; } = new();

    public static Timestamp At(int second) => new(1_700_000_000_000L + (second * 1_000L));

    public static AppDefinition App(string id, int instances = 1, string cmd = "sleep 100", params string[] dependencies) => new()
    {
        Id = PathId.Parse(id),
        Cmd = cmd,
        Instances = instances,
        PortDefinitions = [PortDefinition.Default with { Port = 10_000 }],
        Dependencies = dependencies.Select(PathId.Parse).ToValueSet(),
        VersionInfo = VersionInfo.New(At(1)),
    };

    public static RootGroup Tree(params AppDefinition[] apps) =>
        apps.Aggregate(RootGroup.Empty with { Version = At(1) }, (root, app) => root.WithApp(app));

    public static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json.Replace('\'', '"'));

    public static JToken Token(string json) => JsonText.Parse(Encoding.UTF8.GetBytes(json)).Value!;

    /// <param name="json">Single quotes stand for double ones.</param>
    public static AppDraft Draft(string json)
    {
        var read = Documents.ReadAppUpdate(Bytes(json));
        Assert.That(read.Error, Is.Null, json);
        return read.Value!;
    }

    public static GroupDraft GroupDraft(string json)
    {
        var read = Documents.ReadGroup(Bytes(json));
        Assert.That(read.Error, Is.Null, json);
        return read.Value!;
    }

    /// <summary>The app that a POST of the document makes, before service ports are given.</summary>
    public static AppDefinition Posted(string json, SpecSettings? settings = null)
    {
        var created = AppEdits.Create(RootGroup.Empty, Draft(json), settings ?? Settings);
        Assert.That(created.Error?.ToString(), Is.Null, json);
        return created.Value!.Apps[0];
    }

    public static ApiError Refused(string json, SpecSettings? settings = null)
    {
        var read = Documents.ReadApp(Bytes(json));
        var error = read.Error ?? AppEdits.Create(RootGroup.Empty, read.Value!, settings ?? Settings).Error;
        Assert.That(error, Is.Not.Null, json);
        return error!;
    }

    /// <summary>The errors of a 422 as <c>path: error</c>.</summary>
    public static IEnumerable<string> Problems(ApiError? error)
    {
        Assert.That(error?.Status, Is.EqualTo(422));
        return ((JArray)error!.Body["details"]!).SelectMany(detail => detail["errors"]!.Select(text => detail["path"] + ": " + text));
    }

    public static RootGroup Completed(RootGroup original, ApiResult<RootGroup> edited, Timestamp version, SpecSettings? settings = null)
    {
        Assert.That(edited.Error?.ToString(), Is.Null);
        var completed = TreeUpdate.Complete(original, edited.Value!, version, settings ?? Settings);
        Assert.That(completed.Error?.ToString(), Is.Null);
        return completed.Value!;
    }
}
