namespace Offerbook.Master.Hosting;

/// <summary>What requests ask before anything else: whether the master has read its journal.</summary>
internal sealed class MasterGate
{
    private volatile RunningMaster? _running;

    /// <summary>Null until the journal has been read.</summary>
    public RunningMaster? Running => _running;

    public void Open(RunningMaster running) => _running = running;
}
