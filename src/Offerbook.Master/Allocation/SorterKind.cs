namespace Offerbook.Master.Allocation;

/// <summary>In what order competitors are served.</summary>
public enum SorterKind
{
    /// <summary>Smallest dominant share by weight first.</summary>
    Drf,

    /// <summary>By lot for every agent, with chances by weight; shares do not count.</summary>
    Random,
}
