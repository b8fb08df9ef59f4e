using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Schema;

namespace Offerbook.Apps.Http.OpenApi;

/// <summary>The OpenAPI 3.1 document of a list of routes.</summary>
internal static class OpenApiWriter
{
    public static JObject Write(IReadOnlyList<ApiRoute> routes)
    {
        var paths = new JObject();
        foreach (var route in routes)
        {
            if (paths[route.Template.Text] is not JObject path)
            {
                paths[route.Template.Text] = path = new JObject();
            }
            path[route.Method.ToLowerInvariant()] = Write(route);
        }
        return new JObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JObject
            {
                ["title"] = "Offerbook Apps",
                ["version"] = "1",
                ["description"] = "Long-running apps, groups of them and their deployments. "
                    + "{id} is the id of an app, group or pod without its leading slash; it may have several segments. "
                    + "Members that are null or unknown are ignored. Errors other than those named may be 400 (broken JSON), "
                    + "401 and 403 (credentials), 404, 405, 406, 413 (body over 16 MiB), 415, "
                    + "500 and 503 (starting, stopping or too busy).",
            },
            ["paths"] = paths,
            ["components"] = new JObject
            {
                ["schemas"] = JsonSchemas.Write(SchemaTable.Known),
                ["securitySchemes"] = new JObject { ["basic"] = new JObject { ["type"] = "http", ["scheme"] = "basic" } },
            },
            ["security"] = new JArray(new JObject(), new JObject { ["basic"] = new JArray() }),
        };
    }

    private static JObject Write(ApiRoute route)
    {
        var parameters = new JArray(route.Template.Names.Select(name => new JObject
        {
            ["name"] = name,
            ["in"] = "path",
            ["required"] = true,
            ["schema"] = JsonSchemas.WriteForm("text"),
        }));
        foreach (var parameter in route.Query)
        {
            parameters.Add(Write(parameter));
        }
        var operation = new JObject { ["operationId"] = OperationId(route), ["summary"] = route.Summary,
            ["tags"] = new JArray(TagOf(route)) };
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }
        if (route.Body is { } body)
        {
            operation["requestBody"] = new JObject
            {
                ["description"] = body.Meaning,
                ["required"] = true,
                ["content"] = Content(body.OnlyJson ? "application/json" : "*/*", body.Form),
            };
        }
        var answers = new JObject();
        foreach (var answer in route.Answers)
        {
            var json = new JObject { ["description"] = answer.Meaning };
            if (answer.Form is not null)
            {
                json["content"] = Content(answer.Type, answer.Form);
            }
            answers[answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = json;
        }
        operation["responses"] = answers;
        return operation;
    }

    private static JObject Write(QueryParameter parameter)
    {
        var schema = JsonSchemas.WriteForm(parameter.Form);
        if (parameter.Default is { } value)
        {
            schema["default"] = parameter.Form is "text" ? value : JToken.Parse(value);
        }
        return new JObject { ["name"] = parameter.Name, ["in"] = "query", ["description"] = parameter.Meaning, ["schema"] = schema };
    }

    private static JObject Content(string type, string form) => new() { [type] = new JObject { ["schema"] = JsonSchemas.WriteForm(form) } };

    /// <summary>The part of the API: <c>apps</c> of <c>/v2/apps/{id}</c>.</summary>
    private static string TagOf(ApiRoute route)
    {
        var parts = route.Template.Text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var named = parts is ["offerbook", _, ..] ? parts.Skip(2) : parts is ["v2", ..] ? parts.Skip(1) : parts;
        return named.FirstOrDefault()?.Split("::")[0] ?? "ui";
    }

    /// <summary>Method and path in one word: <c>get_v2_apps_id_tasks</c>.</summary>
    private static string OperationId(ApiRoute route)
    {
        var text = new StringBuilder(route.Method.ToLowerInvariant());
        foreach (var part in route.Template.Text.Replace("::", "/", StringComparison.Ordinal)
            .Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append('_').Append(
                part.Trim('{', '}').Replace("*", "all", StringComparison.Ordinal).Replace('.', '_')
                    .Replace("}", "", StringComparison.Ordinal));
        }
        return text.ToString();
    }
}
