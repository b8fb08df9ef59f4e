namespace Offerbook.Conformance.Kit;

/// <summary>
/// The implementation under test did something else than the case says. The message is for people: what was expected, what came.
/// </summary>
public sealed class ExpectationFailed(string message) : Exception(message);
