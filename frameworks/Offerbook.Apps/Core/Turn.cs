using Offerbook.Actors;
using Offerbook.Apps.Events;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Core;

/// <summary>
/// One message being handled: changes, events and effects are collected here, so that they leave as one journal event followed
/// by everything that must wait for it. Also remembers which apps were touched, for the rules that keep apps as they should be.
/// </summary>
internal sealed class Turn(AppsState state, Now now)
{
    private readonly RecordWriter _record = new();
    private readonly SortedSet<PathId> _touched = [];
    private readonly SortedSet<InstanceId> _touchedInstances = [];
    private readonly SortedSet<PathId> _touchedDelays = [];

    public AppsState State { get; private set; } = state;

    public Now Now { get; } = now;

    public Timestamp Time { get; } = Timestamp.From(now.Wall);

    /// <summary>What the request being handled lets restart tasks.</summary>
    public Groups.Versioning Versioning { get; set; }

    /// <summary>What whoever asks for the request being handled may do.</summary>
    public Access.Grants Grants { get; set; } = Access.Grants.Everything;

    /// <summary>The request being handled changes no definition: what becomes of one is a restart, a move, a roll-back.</summary>
    public bool Runs { get; set; }

    /// <summary>What is to leave after the journal event, in order. Timers may be put here too.</summary>
    public Effects Out { get; } = new();

    public bool HasChanged => !_record.IsEmpty;

    public void Apply(Change change)
    {
        _record.Add(ChangeCodec.Encode(change, State));
        State = State.Apply(change);
        switch (change)
        {
            case Change.InstanceStored stored:
                Touch(stored.Instance.App);
                Touch(stored.Instance.Id);
                break;
            case Change.DelayChanged changed:
                _touchedDelays.Add(changed.App);
                break;
            case Change.AppForgotten forgotten:
                _touchedDelays.Add(forgotten.App);
                break;
            case Change.InstanceExpunged expunged:
                Touch(expunged.Id.App);
                Touch(expunged.Id);
                break;
        }
    }

    /// <summary>The app is looked at once more before the turn ends.</summary>
    public void Touch(PathId app) => _touched.Add(app);

    public void Touch(InstanceId instance) => _touchedInstances.Add(instance);

    public bool TryTakeTouched(out PathId app)
    {
        app = _touched.Count > 0 ? _touched.Min! : PathId.Root;
        return _touched.Remove(app);
    }

    /// <summary>Apps whose launch delay has changed.</summary>
    public IReadOnlyCollection<PathId> TouchedDelays => _touchedDelays;

    public bool TryTakeTouched(out InstanceId instance)
    {
        instance = _touchedInstances.Min;
        return _touchedInstances.Remove(instance);
    }

    public void Publish(AppsEvent published)
    {
        var told = new PublishEvent(State.LastEventId + 1, published.Type, published.ToJson(Time));
        State = State.WithEvent(told);
        _record.Add(told);
        Out.Add(told);
    }

    /// <summary>Writes the instance down and tells of what others can see of the change.</summary>
    public void Store(Instance? before, Instance after)
    {
        if (before == after)
        {
            return;
        }
        Apply(new Change.InstanceStored(after));
        if (before is null || before.Condition != after.Condition || before.Goal != after.Goal)
        {
            Publish(AppsEvents.InstanceChanged(after));
        }
    }

    /// <summary>The journal event of this turn; nothing to write gives none.</summary>
    public Persist? ToJournal() => HasChanged ? new Persist(_record.ToRecord()) : null;
}
