using Offerbook.Actors;

namespace Offerbook.Coordination.Election;

/// <summary>A candidate on its way out of its node: who waits for it to be gone, and whether it comes back.</summary>
internal sealed class Departure
{
    /// <summary>Four times the 500 ms that a planned hand-over may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly List<int> _calls = [];

    /// <summary>The node is to go.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>It will not stand again.</summary>
    public bool IsFinal { get; private set; }

    public void Ask(int call) => _calls.Add(call);

    public void Begin(bool isFinal)
    {
        IsUnderWay = true;
        IsFinal = isFinal;
    }

    /// <summary>The service refuses us for good.</summary>
    public void Finish() => IsFinal = true;

    public void BoundWait(Effects effects) => effects.Add(new StartTimer(nameof(LeaveTimedOut), Patience, new LeaveTimedOut()));

    /// <summary>Whoever waits need not wait any longer, though the node may still be there.</summary>
    public void Release(Effects effects)
    {
        foreach (var call in _calls)
        {
            effects.Add(new CallEnded(call));
        }
        _calls.Clear();
        effects.Add(new CancelTimer(nameof(LeaveTimedOut)));
    }

    /// <summary>The node is gone.</summary>
    public void Done() => IsUnderWay = false;
}
