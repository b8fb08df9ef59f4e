namespace Offerbook.Apps.Core;

/// <summary>How an app does.</summary>
/// <param name="Instances">Wanted.</param>
/// <param name="Running">With a task that runs.</param>
/// <param name="Healthy">Running and, if health checks are defined, last known healthy.</param>
/// <param name="Capacity">Instances that a rolling restart must leave healthy: minimumHealthCapacity × instances, rounded up.</param>
public sealed record AppCounts(string App, int Instances, int Running, int Healthy, int Capacity);
