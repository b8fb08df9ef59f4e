namespace Offerbook.Chaos.Hosts;

/// <summary>The stage could not be set: a program of the system is missing, refused, or did not come up in time.</summary>
public sealed class HostException(string message) : Exception(message);
