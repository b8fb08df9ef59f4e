using Offerbook.Apps.Json.Drafts;

namespace Offerbook.Apps.Json.Reading;

public static class GroupReader
{
    /// <param name="isChild">A group inside a group, which must say its id.</param>
    public static GroupDraft Read(ObjectReader group, bool isChild)
    {
        if (isChild && !group.Has("id"))
        {
            group.Fail("id", "error.path.missing");
        }
        return new GroupDraft
        {
            Id = group.Text("id", minLength: 1, pattern: Patterns.PathId),
            Apps = group.Objects("apps", app => AppReader.Read(app, isWhole: true)),
            Groups = group.Objects("groups", child => Read(child, isChild: true)),
            Dependencies = group.Texts("dependencies"),
            ScaleBy = group.Number("scaleBy", min: 0),
            Version = group.Moment("version"),
            EnforceRole = group.Flag("enforceRole"),
        };
    }
}
