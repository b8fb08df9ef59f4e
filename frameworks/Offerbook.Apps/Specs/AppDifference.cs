namespace Offerbook.Apps.Specs;

/// <summary>How two definitions of one run spec differ, as far as running instances care.</summary>
public enum AppDifference
{
    /// <summary>Not at all, or only in what is not watched (the version, executor resources).</summary>
    None,

    /// <summary>Only the number of instances: the running ones stay.</summary>
    ScaleOnly,

    /// <summary>Anything else, labels, health checks and dependencies included: every instance is replaced.</summary>
    Config,
}

public static class AppDifferences
{
    public static AppDifference To(this RunSpec from, RunSpec target)
    {
        if (ReferenceEquals(from, target))
        {
            return AppDifference.None;
        }
        if (!Configuration(from).Equals(Configuration(target)))
        {
            return AppDifference.Config;
        }
        return from.Instances == target.Instances ? AppDifference.None : AppDifference.ScaleOnly;
    }

    /// <summary>The definition with everything levelled that is not configuration.</summary>
    private static RunSpec Configuration(RunSpec spec)
    {
        var levelled = spec with { Instances = 0, Deployment = null, VersionInfo = Levelled };
        // What a custom executor of an app takes has never been watched; a pod's executor is part of the pod.
        return levelled is AppDefinition ? levelled with { ExecutorResources = null } : levelled;
    }

    /// <summary>
    /// Whether two definitions differ at most in what the framework itself goes by, which no running task need be told: labels,
    /// dependencies, preferences, upgrade strategy, back-off, kill selection (and in what is not configuration at all).
    /// </summary>
    public static bool IsSameButForMetadata(this RunSpec from, RunSpec target) => Task(from).Equals(Task(target));

    private static RunSpec Task(RunSpec spec)
    {
        var levelled = Configuration(spec) with
        {
            Labels = ValueMap<string>.Empty,
            UpgradeStrategy = UpgradeStrategy.Default,
            Backoff = Backoff.Default,
            Preferences = [],
            KillSelection = KillSelection.YoungestFirst,
        };
        return levelled is AppDefinition app ? app with { Dependencies = [] } : levelled;
    }

    private static readonly VersionInfo Levelled = VersionInfo.New(default);
}
