namespace Offerbook.Apps.Http.Routing;

/// <summary>A part of the API. To add one, write a class with its routes and name it in <c>AppsWeb</c>.</summary>
internal interface IApiEndpoints
{
    /// <summary>The first that fits a path answers it, so the more particular come first.</summary>
    IReadOnlyList<ApiRoute> Routes { get; }
}
