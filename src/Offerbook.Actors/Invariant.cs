using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Offerbook.Actors;

/// <summary>Assertions that stay on in production: going on with a broken invariant would cost more than stopping.</summary>
public static class Invariant
{
    public static void Check([DoesNotReturnIf(false)] bool holds, string claim)
    {
        if (!holds)
        {
            Fail(claim);
        }
    }

    /// <param name="claim">An interpolated text, of which nothing is evaluated while it holds.</param>
    public static void Check([DoesNotReturnIf(false)] bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref ClaimText claim)
    {
        if (!holds)
        {
            Fail(claim.Take());
        }
    }

    [DoesNotReturn]
    public static void Fail(string claim) => throw new InvariantViolationException(claim);
}

public sealed class InvariantViolationException(string claim) : Exception("Invariant violated: " + claim);
