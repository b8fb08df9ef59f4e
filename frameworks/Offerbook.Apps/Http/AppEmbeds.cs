namespace Offerbook.Apps.Http;

/// <summary>What of an app is shown besides its definition.</summary>
internal sealed record AppEmbeds(bool Counts, bool Deployments, bool Tasks, bool Readiness, bool LastTaskFailure, bool TaskStats)
{
    public static AppEmbeds None { get; } = new(false, false, false, false, false, false);

    /// <summary>
    /// Names come with or without the prefixes <c>app.</c>, <c>apps.</c> and <c>group.apps.</c>; unknown ones are ignored.
    /// </summary>
    public AppEmbeds With(IEnumerable<string> names) => names.Aggregate(this, static (embeds, name) => Strip(name) switch
    {
        "counts" or "count" => embeds with { Counts = true },
        "deployments" => embeds with { Deployments = true },
        "tasks" => embeds with { Tasks = true, Deployments = true },
        "readiness" => embeds with { Readiness = true },
        "lastTaskFailure" => embeds with { LastTaskFailure = true },
        "failures" => embeds with { Tasks = true, LastTaskFailure = true, Deployments = true },
        "taskStats" => embeds with { TaskStats = true },
        _ => embeds,
    });

    private static string Strip(string name)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["group.apps.", "apps.", "app."])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return name[prefix.Length..];
            }
        }
        return name;
    }
}
