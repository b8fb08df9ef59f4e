using Microsoft.AspNetCore.Http;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /frameworks?framework_id=.</summary>
internal static class FrameworksJson
{
    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        var wanted = query["framework_id"].ToString();
        json.BeginObject();
        json.Frameworks("frameworks", Select(view.Frameworks, wanted), view);
        json.Frameworks("completed_frameworks", Select(view.CompletedFrameworks, wanted), view);
        json.EmptyArray("unregistered_frameworks");
        json.EndObject();
    }

    private static IEnumerable<FrameworkView> Select(IEnumerable<FrameworkView> frameworks, string wanted) =>
        frameworks.Where(framework => wanted.Length == 0 || framework.Id.Value == wanted);
}
