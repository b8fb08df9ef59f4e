namespace Offerbook.Storage.Hosting;

/// <summary>
/// Who may touch a resource now: one at a time. Callers in place come before the resource's own thread, and among themselves in their
/// order. A plain lock goes to whoever is awake: a thread that takes it again as soon as it has left it keeps a sleeping caller out for
/// many turns.
/// </summary>
internal sealed class Turn
{
    private readonly object _gate = new();
    private bool _isTaken;

    /// <summary>Of the next caller who comes, and of the one who goes in next; the same when nobody waits.</summary>
    private long _coming, _going;

    /// <summary>Waits for the present turn and for the callers who came before. Not to be taken twice by one thread.</summary>
    public void TakeInPlace()
    {
        lock (_gate)
        {
            var mine = _coming++;
            while (_isTaken || _going != mine)
            {
                Monitor.Wait(_gate);
            }
            _going++;
            _isTaken = true;
        }
    }

    /// <summary>Waits until no caller waits in place; who bounds them, bounds this.</summary>
    public void TakeBehind()
    {
        lock (_gate)
        {
            while (_isTaken || _going != _coming)
            {
                Monitor.Wait(_gate);
            }
            _isTaken = true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _isTaken = false;
            Monitor.PulseAll(_gate);
        }
    }
}
