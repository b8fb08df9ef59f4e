using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Which roles an app may have. Its group's role is the name of the top-level group. With enforceRole a new app must have it (and
/// gets it by default); without, it may have the default role too. What an existing app has it may keep. An app directly in the root
/// may only have the default role.
/// </summary>
/// <param name="Default">For an app that names none.</param>
/// <param name="Valid">In the order in which they are listed to people.</param>
public sealed record RoleSettings(string Default, IReadOnlyList<string> Valid)
{
    public static RoleSettings For(PathId app, RootGroup root, SpecSettings settings, string? present)
    {
        if (app.Depth <= 1)
        {
            return Of(settings.DefaultRole, [settings.DefaultRole, present]);
        }
        var top = root.FindGroup(app.Ancestor(1));
        return For(app, top?.EnforceRole ?? settings.NewTopGroupEnforcesRole, settings, present);
    }

    /// <param name="isEnforced">By the top-level group in which the app is, or will be.</param>
    public static RoleSettings For(PathId app, bool isEnforced, SpecSettings settings, string? present)
    {
        var groupRole = app.Depth > 1 ? app.Segments[0] : settings.DefaultRole;
        return isEnforced && app.Depth > 1
            ? Of(groupRole, [groupRole, present])
            : Of(settings.DefaultRole, [settings.DefaultRole, groupRole, present]);
    }

    private static RoleSettings Of(string role, string?[] valid) => new(role, valid.OfType<string>().Distinct().ToList());
}
