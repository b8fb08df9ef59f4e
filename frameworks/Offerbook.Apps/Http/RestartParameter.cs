using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>The query parameter <c>restart</c>: what a change may restart.</summary>
/// <param name="Versioning">Null: the request does not say.</param>
internal sealed record RestartParameter(Versioning? Versioning)
{
    public static ApiResult<RestartParameter> Read(ApiRequest request)
    {
        var name = QueryParameter.Restart.Name;
        return !request.Describes(name) ? new RestartParameter((Versioning?)null) : request.Text(name) switch
        {
            null or "" => new RestartParameter((Versioning?)null),
            "always" => new RestartParameter(Groups.Versioning.Strict),
            "needed" => new RestartParameter(Groups.Versioning.Lenient),
            var other => ApiErrors.BadRequest($"Invalid value '{other}' of the parameter restart. [It is always or needed.]"),
        };
    }
}
