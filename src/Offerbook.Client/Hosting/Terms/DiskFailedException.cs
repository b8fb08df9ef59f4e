namespace Offerbook.Client.Hosting.Terms;

/// <summary>
/// A write to this machine's disk has failed, so that nobody knows what the disk holds. The process ends: what the kernel still believes
/// to be written must not be read again, and is not by whoever starts next from the file.
/// </summary>
public sealed class DiskFailedException(Exception cause)
    : Exception($"The framework ends, because a write to its disk has failed and what the disk holds is not known: {cause.Message}", cause);
