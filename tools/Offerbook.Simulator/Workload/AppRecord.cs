namespace Offerbook.Simulator.Workload;

/// <summary>
/// One app as its client sees it. An acknowledged change leaves one possible state; a change whose answer never came leaves two. The
/// client does not ask for another change of the app before the fate of the last request is settled.
/// </summary>
/// <param name="id">Absolute path.</param>
public sealed class AppRecord(string id)
{
    public string Id => id;

    /// <summary>States the app may be in; null stands for "not there".</summary>
    public List<AppFacts?> Possible { get; private set; } = [null];

    /// <summary>States it may be in as well, once the request under way has arrived.</summary>
    public List<AppFacts?> Pending { get; private set; } = [];

    /// <summary>What was possible before the last acknowledged change: a rollback may bring it back.</summary>
    public List<AppFacts?> Earlier { get; private set; } = [null];

    public bool IsBusy { get; private set; }

    /// <summary>Requests that concerned the app so far.</summary>
    public int Requests { get; private set; }

    public bool MayExist => Possible.Exists(facts => facts is not null);

    /// <summary>
    /// A forced request has put an end to a deployment without one that finishes its work: instances of an older version, which
    /// may never become healthy, are left as they are.
    /// </summary>
    public bool MayBeMixed { get; set; }

    public bool MayBeBad => MayBeMixed || Possible.Exists(facts => facts is { Good: false });

    public void Begin(Func<AppFacts?, IEnumerable<AppFacts?>> change)
    {
        IsBusy = true;
        Requests++;
        Pending = Possible.SelectMany(change).Distinct().ToList();
    }

    /// <param name="mayRevert">A deployment that fails takes the change back by itself, now or later.</param>
    public void Acknowledge(bool mayRevert = false)
    {
        // What changes nothing is in no deployment's way, also not in that of one that is still going to take its changes back.
        mayRevert |= Pending.Exists(facts => Possible.Exists(before => Same(facts, before)));
        (Earlier, Possible) = (Possible, mayRevert ? Possible.Union(Pending).ToList() : Pending);
        End();
    }

    public void Refuse() => End();

    public void LeaveOpen()
    {
        Earlier = Possible;
        Possible = Possible.Union(Pending).ToList();
        End();
    }

    private void End()
    {
        IsBusy = false;
        Pending = [];
    }

    /// <summary>Whether an app in this state breaks no promise.</summary>
    public bool Allows(AppFacts? actual) =>
        Possible.Exists(facts => Same(facts, actual)) || Pending.Exists(facts => Same(facts, actual));

    private static bool Same(AppFacts? one, AppFacts? other) =>
        one is null ? other is null : other is not null && one.Instances == other.Instances && one.Revision == other.Revision;
}
