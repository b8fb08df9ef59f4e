namespace Offerbook.Wire.Http;

/// <summary>Why an outgoing stream has ended.</summary>
public enum StreamEnd
{
    /// <summary>We closed it, and everything sent before has left.</summary>
    Closed,

    /// <summary>The reader closed its end, or the connection broke.</summary>
    ReaderLeft,

    /// <summary>The reader did not keep up with the bounds and was cut off.</summary>
    ReaderTooSlow,
}
