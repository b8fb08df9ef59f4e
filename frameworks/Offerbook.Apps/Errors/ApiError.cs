using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Errors;

/// <summary>A refusal as the client sees it: an HTTP status and a JSON body that has at least <c>message</c>.</summary>
public sealed record ApiError(int Status, JObject Body)
{
    public string Message => (string?)Body["message"] ?? "";

    public static ApiError Of(int status, string message) => new(status, new JObject { ["message"] = message });

    public override string ToString() => Status + " " + Body.ToString(Newtonsoft.Json.Formatting.None);
}

/// <summary>What was asked for, or why not.</summary>
public readonly struct ApiResult<T>
{
    private ApiResult(T? value, ApiError? error) => (Value, Error) = (value, error);

    /// <summary>Null when refused.</summary>
    public T? Value { get; }

    /// <summary>Null when granted.</summary>
    public ApiError? Error { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Value))]
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    public static implicit operator ApiResult<T>(T value) => new(value, null);

    public static implicit operator ApiResult<T>(ApiError error) => new(default, error);
}
