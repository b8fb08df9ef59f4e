namespace Offerbook.Agent.Hosting.Containers;

/// <summary>A process that cannot be mistaken for a later one with the same number, within one boot of the machine.</summary>
/// <param name="Start">Clock ticks after boot: field 22 of /proc/PID/stat.</param>
internal readonly record struct ProcessIdentity(int Pid, long Start)
{
    public bool IsAlive => ProcessTable.Read(Pid) is { Ended: false } found && found.Start == Start;
}
