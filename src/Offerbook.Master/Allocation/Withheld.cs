namespace Offerbook.Master.Allocation;

/// <summary>
/// What keeps resources of an agent from being handed out although nobody refused them, and eases through changes elsewhere.
/// </summary>
[Flags]
internal enum Withheld
{
    None = 0,

    /// <summary>A role that would take it is at its limit.</summary>
    Limit = 1,

    /// <summary>It is kept for guarantees that are not met.</summary>
    Headroom = 2,

    /// <summary>A framework that would take it sits on as many offers as it may.</summary>
    Offers = 4,
}
