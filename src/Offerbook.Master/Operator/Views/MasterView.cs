namespace Offerbook.Master.Operator.Views;

/// <summary>The state of the master at one moment, immutable: what every read endpoint is rendered from, on any thread.</summary>
public sealed record MasterView(string MasterId);
