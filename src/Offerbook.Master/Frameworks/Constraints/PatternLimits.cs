namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// How large a pattern in an offer constraint may be. The original bounds what its RE2 engine builds; here the text and the expanded
/// pattern are bounded.
/// </summary>
/// <param name="MaxBytes">Of the text in UTF-8; stands for <c>--offer_constraints_re2_max_mem</c>.</param>
/// <param name="MaxSize">Of the pattern when every counted repetition is written out; stands for
/// <c>--offer_constraints_re2_max_program_size</c>.</param>
public sealed record PatternLimits(int MaxBytes = 4096, int MaxSize = 100);
