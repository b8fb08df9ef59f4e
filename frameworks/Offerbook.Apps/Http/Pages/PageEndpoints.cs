using System.Net;
using System.Text;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.Pages;

/// <summary>
/// What people see who come with a browser: the apps and what happens to them at <c>/ui/</c>, and the API at <c>/help</c>.
/// </summary>
/// <param name="routes">All of them; asked when the page is first wanted.</param>
internal sealed class PageEndpoints(Func<IReadOnlyList<ApiRoute>> routes) : IApiEndpoints
{
    private const string Html = "text/html; charset=utf-8";

    private static readonly Lazy<string> s_overview = new(() => Resource("overview.html"));

    private readonly Lazy<string> _help = new(() =>
        Resource("help.html").Replace("<!--routes-->", Rows(routes()), StringComparison.Ordinal));

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/", "Leads to the page for people",
            _ => ApiResponse.Empty(302) with { Headers = [KeyValuePair.Create("Location", "/ui/")] })
            .Gives(302, null, "To /ui/").As(),
        Route.Get("/help", "A page that lists the API", _ => ApiResponse.Text(_help.Value, Html))
            .Gives(200, "text", "The page", "text/html").As(),
        Route.Get("/ui", "A page for people", _ => ApiResponse.Text(s_overview.Value, Html)).Gives(200, "text", "The page", "text/html")
            .As(),
        Route.Get("/ui/{id}", "A page for people", _ => ApiResponse.Text(s_overview.Value, Html))
            .Gives(200, "text", "The page", "text/html").As(),
    ];

    private static string Rows(IReadOnlyList<ApiRoute> routes)
    {
        var html = new StringBuilder();
        foreach (var route in routes.OrderBy(route => route.Template.Text, StringComparer.Ordinal))
        {
            var path = WebUtility.HtmlEncode(route.Template.Text);
            var link = route.Method == "GET" && !path.Contains('{') ? $"<a href=\"{path}\">{path}</a>" : path;
            html.Append("<tr><td>").Append(route.Method).Append("<td><code>").Append(link).Append("</code><td>")
                .Append(WebUtility.HtmlEncode(route.Summary)).Append("<td>")
                .AppendJoin(' ',
                    route.Query.Select(parameter =>
                        $"<code title=\"{WebUtility.HtmlEncode(parameter.Meaning)}\">{WebUtility.HtmlEncode(parameter.Name)}</code>"))
                .Append('\n');
        }
        return html.ToString();
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(PageEndpoints).Assembly.GetManifestResourceStream(typeof(PageEndpoints), name)!);
        return reader.ReadToEnd();
    }
}
