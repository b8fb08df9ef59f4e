using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Wire;

/// <summary>A message read from bytes, or the reason why not. Bad input is an expected failure, so reading never throws.</summary>
public readonly struct ReadResult<T> where T : class
{
    private ReadResult(T? value, WireError? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The message; null exactly when <see cref="Error"/> is not.</summary>
    public T? Value { get; }

    public WireError? Error { get; }

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out WireError? error)
    {
        value = Value;
        error = Error;
        return value is not null;
    }

    public static ReadResult<T> Read(T value) => new(value, null);

    public static ReadResult<T> Failed(WireErrorKind kind, string detail) => new(null, new WireError(kind, detail));

    public static ReadResult<T> Failed(WireError error) => new(null, error);
}
