namespace Offerbook.Apps.Core;

/// <summary>What readers see: an immutable picture of the state, never ahead of the journal.</summary>
public sealed record AppsView
{
    public static AppsView Empty { get; } = new();
}
