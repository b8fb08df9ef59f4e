using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Turns an edited tree into the next version of the tree: gives service ports, then versions, then checks it as a whole.
/// </summary>
public static class TreeUpdate
{
    /// <param name="version">The time of the request; it must be later than that of <paramref name="original"/>.</param>
    /// <param name="force">Allows what is refused only for caution.</param>
    /// <param name="versioning">What makes a change one of configuration.</param>
    /// <param name="ports">What the caller keeps from change to change, so that a change costs what it touches; null: counted for this
    /// once.</param>
    public static ApiResult<RootGroup> Complete(RootGroup original, RootGroup edited, Timestamp version, SpecSettings settings,
        bool force = false,
        Versioning versioning = Versioning.Strict, PortsInUse? ports = null)
    {
        var assigned = ServicePorts.Assign(original, edited, settings, ports ?? new PortsInUse());
        if (!assigned.IsOk)
        {
            return assigned.Error;
        }
        var target = assigned.Value;
        foreach (var (id, _, to) in TreeDifference.Touched(original, assigned.Value).Where(difference => difference.To is not null))
        {
            target = target.Replacing(WithVersion(original.FindSpec(id), Daemons.DaemonCount.Normalise(to!), version, versioning));
        }
        target = target with { Version = version };
        var errors = TreeRules.Check(original, target, settings, force);
        return errors.Any ? ApiErrors.NotValid(errors) : target;
    }

    /// <summary>
    /// A new or changed configuration starts a history of its own; scaling and restarting (which marks its app with the request's
    /// version already) move their part of it. An app that was merely sent again stays the very same object.
    /// </summary>
    private static RunSpec WithVersion(RunSpec? before, RunSpec after, Timestamp version, Versioning versioning)
    {
        if (ReferenceEquals(before, after) || (before is not null && after.VersionInfo.Version == version))
        {
            return after;
        }
        if (before is null)
        {
            return after with { VersionInfo = VersionInfo.New(version) };
        }
        var info = before.To(after) switch
        {
            AppDifference.Config => versioning switch
            {
                Versioning.Restored => after.VersionInfo with { Version = version, LastScalingAt = version },
                Versioning.Lenient when before.IsSameButForMetadata(after) => before.Instances == after.Instances
                    ? before.VersionInfo.WithMetadata(version)
                    : before.VersionInfo.WithScaling(version),
                _ => VersionInfo.New(version),
            },
            AppDifference.ScaleOnly => before.VersionInfo.WithScaling(version),
            _ => before.VersionInfo,
        };
        var stamped = after with { VersionInfo = info };
        return stamped.Equals(before) ? before : stamped;
    }
}
