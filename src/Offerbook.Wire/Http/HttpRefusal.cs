namespace Offerbook.Wire.Http;

/// <summary>An answer that says no.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Body">Plain text for people; some clients match on it.</param>
public sealed record HttpRefusal(int Status, string Body);
