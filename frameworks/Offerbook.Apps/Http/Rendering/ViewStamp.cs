using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// What readers see of apps, by reference: two views with equal stamps show the same, whatever else has happened (offers, timers).
/// </summary>
internal readonly record struct ViewStamp
{
    private readonly object _root, _versions, _instances, _deployments, _failures, _health, _readiness;

    private Timestamp? Now { get; init; }

    /// <param name="now">For what tells ages; null where nothing does.</param>
    public ViewStamp(AppsView view, Timestamp? now)
    {
        Now = now;
        var state = view.State;
        (_root, _versions, _instances, _deployments) = (state.Root, state.Versions, state.Instances, state.Deployments);
        (_failures, _health, _readiness) = (state.Failures, view.Health, view.Readiness);
    }

    /// <summary>Shows the same, with ages that are one step older.</summary>
    public bool IsNextStepOf(ViewStamp other) => Now is { } now && other.Now is { } before
        && now.UnixMilliseconds - before.UnixMilliseconds == AppPieces.AgeStepMs && WithoutTime == other.WithoutTime;

    public ViewStamp WithoutTime => this with { Now = null };

    public bool Equals(ViewStamp other) =>
        Now == other.Now && ReferenceEquals(_root, other._root) && ReferenceEquals(_versions, other._versions)
        && ReferenceEquals(_instances, other._instances) && ReferenceEquals(_deployments, other._deployments)
        && ReferenceEquals(_failures, other._failures) && ReferenceEquals(_health, other._health)
        && ReferenceEquals(_readiness, other._readiness);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_instances);
}
