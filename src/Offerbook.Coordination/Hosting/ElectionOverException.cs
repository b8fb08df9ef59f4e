namespace Offerbook.Coordination.Hosting;

/// <summary>
/// The candidate is out of its election for good, without having resigned: the service refuses it. The message says why and what to do.
/// </summary>
public sealed class ElectionOverException(string reason) : Exception(reason);
