using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Conformance.Kit;

/// <summary>The assertions of cases. They depend on no test framework, so that cases run anywhere.</summary>
public static class Expect
{
    public static void That([DoesNotReturnIf(false)] bool holds, string expectation)
    {
        if (!holds)
        {
            throw new ExpectationFailed("Expected: " + expectation);
        }
    }

    public static void Equal<T>(T actual, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
        {
            throw new ExpectationFailed($"Expected {what} to be '{expected}', but it was '{actual}'");
        }
    }

    /// <summary>The same items in whatever order.</summary>
    public static void SameItems(IEnumerable<string> actual, IEnumerable<string> expected, string what) =>
        Equal(string.Join(", ", actual.Order(StringComparer.Ordinal)), string.Join(", ", expected.Order(StringComparer.Ordinal)), what);

    public static void Contains(string text, string part, string what)
    {
        if (!text.Contains(part, StringComparison.Ordinal))
        {
            throw new ExpectationFailed($"Expected {what} to contain '{part}', but it was '{text}'");
        }
    }
}
