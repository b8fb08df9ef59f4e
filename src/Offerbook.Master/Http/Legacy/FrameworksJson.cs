using Microsoft.AspNetCore.Http;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /frameworks?framework_id=.</summary>
internal static class FrameworksJson
{
    public static Answer Of(MasterView view, IQueryCollection query)
    {
        var wanted = query["framework_id"].ToString();
        return new JsonAnswer().Then(0, static json => json.BeginObject())
            .Frameworks("frameworks", Select(view.Frameworks, wanted), view)
            .Frameworks("completed_frameworks", Select(view.CompletedFrameworks, wanted), view)
            .More(0, static json =>
            {
                json.EmptyArray("unregistered_frameworks"u8);
                json.EndObject();
            });
    }

    private static IEnumerable<FrameworkView> Select(IEnumerable<FrameworkView> frameworks, string wanted) =>
        frameworks.Where(framework => wanted.Length == 0 || framework.Id.Value == wanted);
}
