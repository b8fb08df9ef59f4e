using System.Diagnostics.CodeAnalysis;

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

    [DoesNotReturn]
    public static void Fail(string claim) => throw new InvariantViolationException(claim);
}

public sealed class InvariantViolationException(string claim) : Exception("Invariant violated: " + claim);
