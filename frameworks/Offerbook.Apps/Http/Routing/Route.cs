namespace Offerbook.Apps.Http.Routing;

/// <summary>Ways to write routes down.</summary>
internal static class Route
{
    public static ApiRoute Get(string template, string summary, Func<ApiRequest, ApiResponse> answer) =>
        Of("GET", template, summary, answer);

    public static ApiRoute Get(string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        Of("GET", template, summary, answer);

    public static ApiRoute Post(string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        Of("POST", template, summary, answer);

    public static ApiRoute Put(string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        Of("PUT", template, summary, answer);

    public static ApiRoute Patch(string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        Of("PATCH", template, summary, answer);

    public static ApiRoute Delete(string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        Of("DELETE", template, summary, answer);

    public static ApiRoute Delete(string template, string summary, Func<ApiRequest, ApiResponse> answer) =>
        Of("DELETE", template, summary, answer);

    public static ApiRoute Of(string method, string template, string summary, Func<ApiRequest, ApiResponse> answer) =>
        new(method, new RouteTemplate(template), summary, request => Task.FromResult<ApiResponse?>(answer(request)));

    public static ApiRoute Of(string method, string template, string summary, Func<ApiRequest, Task<ApiResponse>> answer) =>
        new(method, new RouteTemplate(template), summary, async request => await answer(request));

    /// <summary>One that sends its answer itself.</summary>
    public static ApiRoute Stream(string template, string summary, Func<ApiRequest, Task<ApiResponse?>> answer) =>
        new("GET", new RouteTemplate(template), summary, answer);
}
