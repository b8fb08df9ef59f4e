using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Json.Schema;

/// <summary>The table of types as JSON Schema, in the dialect of OpenAPI 3.1.</summary>
public static class JsonSchemas
{
    public const string RefPrefix = "#/components/schemas/";

    public static JObject Write(SchemaTable table)
    {
        var schemas = new JObject();
        foreach (var type in table.Types)
        {
            schemas[type] = WriteType(table.Of(type));
        }
        return schemas;
    }

    /// <param name="form">As <see cref="SchemaRow.Form"/>.</param>
    public static JObject WriteForm(string form)
    {
        if (form.StartsWith('['))
        {
            return new JObject { ["type"] = "array", ["items"] = WriteForm(form[1..^1]) };
        }
        if (form.StartsWith('{'))
        {
            return new JObject { ["type"] = "object", ["additionalProperties"] = WriteForm(form[1..^1]) };
        }
        if (form.StartsWith("enum ", StringComparison.Ordinal))
        {
            return new JObject { ["type"] = "string", ["enum"] = new JArray(form[5..].Split('|')) };
        }
        if (form.StartsWith("one of ", StringComparison.Ordinal))
        {
            return new JObject { ["anyOf"] = new JArray(form[7..].Split('|', StringSplitOptions.TrimEntries).Select(WriteForm)) };
        }
        return form switch
        {
            "text" => new JObject { ["type"] = "string" },
            "int" => new JObject { ["type"] = "integer", ["format"] = "int32" },
            "long" => new JObject { ["type"] = "integer", ["format"] = "int64" },
            "number" => new JObject { ["type"] = "number" },
            "flag" => new JObject { ["type"] = "boolean" },
            "time" => new JObject { ["type"] = "string", ["format"] = "date-time" },
            "any" => [],
            _ => new JObject { ["$ref"] = RefPrefix + form },
        };
    }

    private static JObject WriteType(IReadOnlyList<SchemaRow> rows)
    {
        if (rows is [{ Member: "=" } alias])
        {
            return Constrained(WriteForm(alias.Form), alias);
        }
        var properties = new JObject();
        foreach (var row in rows.Where(row => row.Member != "+"))
        {
            properties[row.Member] = Constrained(WriteForm(row.Form), row);
        }
        var schema = new JObject { ["type"] = "object", ["properties"] = properties };
        var required = new JArray(rows.Where(row => row.IsRequired).Select(row => row.Member));
        if (required.Count > 0)
        {
            schema["required"] = required;
        }
        var bases = rows.Where(row => row.Member == "+").Select(row => (JToken)WriteForm(row.Form)).ToList();
        return bases.Count == 0 ? schema : new JObject { ["allOf"] = new JArray(bases.Append(schema)) };
    }

    private static JObject Constrained(JObject schema, SchemaRow row)
    {
        foreach (var (name, value) in row.Constraints)
        {
            schema[name switch { "min" => "minimum", "max" => "maximum", _ => name }] = name == "pattern"
                ? value
                : new JValue(decimal.Parse(value, CultureInfo.InvariantCulture));
        }
        if (row.Default.Length > 0)
        {
            schema["default"] = JToken.Parse(row.Default);
        }
        return schema;
    }
}
