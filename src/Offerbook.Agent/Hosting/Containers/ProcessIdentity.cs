namespace Offerbook.Agent.Hosting.Containers;

/// <summary>A process that cannot be mistaken for a later one with the same number, within one boot of the machine.</summary>
/// <param name="Seen">
/// A moment at which it was there, in clock ticks after boot. A process with the number that started later (field 22 of /proc/PID/stat)
/// is another one, and one that started earlier would have had to end before it.
/// </param>
internal readonly record struct ProcessIdentity(int Pid, long Seen)
{
    public bool IsAlive => ProcessTable.Read(Pid) is { Ended: false } found && Matches(found);

    public bool Matches(ProcessStat found) => found.Pid == Pid && found.Start <= Seen;
}
