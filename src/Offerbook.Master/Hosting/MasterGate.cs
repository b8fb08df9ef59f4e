using Offerbook.Coordination;

namespace Offerbook.Master.Hosting;

/// <summary>What requests ask before anything else: whether this master leads and has read its journal, and if not, who does.</summary>
internal sealed class MasterGate
{
    private volatile MasterProcess? _process;
    private volatile RunningMaster? _running;
    private volatile Func<Standing>? _standing;
    private volatile HaltedMaster? _halted;
    private volatile bool _isStopping;

    /// <summary>Null until the address is known.</summary>
    public MasterProcess? Process => _process;

    /// <summary>Null while this master does not lead, or has not read its journal yet.</summary>
    public RunningMaster? Running => _running;

    /// <summary>
    /// A term that broke off because its journal could not be written, for as long as no other serves, here or elsewhere.
    /// </summary>
    public HaltedMaster? Halted => Standing is Standing.Leads && _running is null ? _halted : null;

    /// <summary>Null before it stands in any election.</summary>
    public Standing? Standing => _standing?.Invoke();

    /// <summary>It takes no more calls, and is about to leave the election.</summary>
    public bool IsStopping => _isStopping;

    public void Describe(MasterProcess process) => _process = process;

    public void Follow(Func<Standing> standing) => _standing = standing;

    public void Open(RunningMaster running)
    {
        _running = running;
        _halted = null;
    }

    /// <param name="why">What whoever wants to change something is told.</param>
    public void Halt(RunningMaster running, string why)
    {
        running.Views.Halt();
        _halted = new HaltedMaster(running, why);
    }

    public void Close() => _running = null;

    public void Stop() => _isStopping = true;
}

/// <param name="Master">Its core is dead; its last view can still be read.</param>
internal sealed record HaltedMaster(RunningMaster Master, string Why);
