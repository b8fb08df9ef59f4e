using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json.Schema;

namespace Offerbook.Apps.Tests.Json;

/// <summary>
/// Row by row of the table of types: what is read, refused, defaulted and written. Each type is tried at a place in a document where
/// everything else is right.
/// </summary>
public sealed class SchemaTableTests
{
    /// <summary>Deprecated members are rewritten, and what only the server sets is ignored: neither has a form of its own.</summary>
    private static readonly HashSet<string> s_notRead =
        ["App.versionInfo", "App.residency", "DockerContainer.credential", "IpAddress.groups"];

    /// <summary>Values that are written in another form than they are in the table's default, and why.</summary>
    private static readonly HashSet<string> s_otherDefaults =
    [
        "AppHealthCheck.delaySeconds", // Written for checks that the agent makes only.
        "AppHealthCheck.ipProtocol", // The same.
        "Seccomp.unconfined", // Without a profile it must be true.
        "Container.type", // Of the place's own image.
    ];

    public static IEnumerable<TestCaseData> Rows() => SchemaPlace.All.SelectMany(place => SchemaTable.Known.Of(place.Type)
        .Where(row => row.Member is not ("=" or "+") && !s_notRead.Contains(Name(row)))
        .Select(row => new TestCaseData(place, row).SetArgDisplayNames(place.ToString(), Name(row))));

    public static IEnumerable<TestCaseData> Defaults() => SchemaPlace.All.Where(place => place.Kind is DocumentKind.App or DocumentKind.Pod)
        .SelectMany(place => SchemaTable.Known.Of(place.Type)
            .Where(row => row is { Default.Length: > 0, Written: "always" } && !s_otherDefaults.Contains(Name(row))
                && row.Type is not ("IpDiscoveryPort" or "IpAddress"))
            .Select(row => new TestCaseData(place, row).SetArgDisplayNames(place.ToString(), Name(row))));

    [Test]
    public void Places_Themselves_AreRight()
    {
        foreach (var place in SchemaPlace.All)
        {
            var document = place.Parse(out var at);
            Assert.That(at, Is.Not.Null, place.Type);
            Assert.That(place.Errors(document), Is.Empty, place.Type);
            if (place.Kind is (DocumentKind.App or DocumentKind.Pod) && !place.At.StartsWith("ipAddress", StringComparison.Ordinal))
            {
                Assert.That(place.Written(document), Is.Not.Null, place.Type);
            }
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_OfAnotherType_IsRefusedByItsPath(SchemaPlace place, SchemaRow row)
    {
        var (value, error) = Wrong(Resolve(row.Form));
        if (error is null)
        {
            Assert.Pass("may be of several types");
        }
        Assert.That(place.ErrorsWith(row.Member, value!), Does.Contain((place.PathOf(row.Member), error)));
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_BeyondItsBounds_IsRefusedByItsPath(SchemaPlace place, SchemaRow row)
    {
        var bounds = row.Constraints.Concat(Alias(row.Form)?.Constraints ?? []).ToList();
        foreach (var (name, text) in bounds)
        {
            var isWhole = Resolve(row.Form) is "int" or "long";
            (JToken Value, string Error)? bad = name switch
            {
                "min" => (Step(text, isWhole ? -1m : -0.0001m), "error.min"),
                "max" => (Step(text, isWhole ? 1m : 0.0001m), "error.max"),
                "minLength" => ("", "error.minLength"),
                "maxLength" => (new string('a', int.Parse(text, CultureInfo.InvariantCulture) + 1), "error.maxLength"),
                "pattern" when !text.Contains("//cmd", StringComparison.Ordinal) => ("&?! ", "error.pattern"),
                _ => null,
            };
            if (bad is { } wrong)
            {
                Assert.That(place.ErrorsWith(row.Member, wrong.Value), Does.Contain((place.PathOf(row.Member), wrong.Error)), name);
            }
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_ThatIsMissingOrNull_IsAskedForOrNot(SchemaPlace place, SchemaRow row)
    {
        var document = place.Parse(out var at);
        at.Remove(row.Member);
        var missing = place.Errors(document);
        at[row.Member] = null;
        Assert.That(place.Errors(document), Is.EqualTo(missing), "null is absent");
        // What else must be there instead is said of that.
        Assert.That(missing.Contains((place.PathOf(row.Member), "error.path.missing")),
            Is.EqualTo(row.IsRequired && IsAskedFor(place, row)));
    }

    [TestCaseSource(nameof(Rows))]
    public void Choice_InAnyCase_IsWrittenInTheCanonicalOne(SchemaPlace place, SchemaRow row)
    {
        var form = Resolve(row.Form);
        if (!form.StartsWith("enum ", StringComparison.Ordinal))
        {
            Assert.Pass("not a choice");
        }
        foreach (var value in form[5..].Split('|'))
        {
            Assert.That(place.ErrorsWith(row.Member, value.ToLowerInvariant()), Is.Empty, value);
            Assert.That(place.ErrorsWith(row.Member, value.ToUpperInvariant()), Is.Empty, value);
        }
    }

    [TestCaseSource(nameof(Defaults))]
    public void Member_ThatIsAbsent_IsWrittenWithItsDefault(SchemaPlace place, SchemaRow row)
    {
        var document = place.Parse(out var at);
        at.Remove(row.Member);
        var written = place.Written(document)[row.Member];
        var expected = JToken.Parse(row.Default);
        var isSame = expected.Type is JTokenType.Integer or JTokenType.Float
            ? (double)written! == (double)expected
            : JToken.DeepEquals(written, expected);
        Assert.That(isSame, Is.True, $"{written} instead of {row.Default}");
    }

    [TestCase("App")]
    [TestCase("AppHealthCheck")]
    [TestCase("Artifact")]
    [TestCase("PortDefinition")]
    [TestCase("ContainerPortMapping")]
    [TestCase("ReadinessCheck")]
    [TestCase("DockerContainer")]
    public void Written_Object_HasWhatIsAlwaysWrittenAndNothingUnknown(string type)
    {
        var place = SchemaPlace.OfApp(type);
        var written = (JObject)place.Written(place.Parse(out _));
        var rows = SchemaTable.Known.Of(type);
        var names = written.Properties().Select(member => member.Name).ToList();
        Assert.That(
            rows.Where(row => row.Written == "always" && !s_otherDefaults.Contains(Name(row))).Select(row => row.Member).Except(names),
            Is.Empty);
        Assert.That(names.Except(rows.Select(row => row.Member)), Is.Empty);
        Assert.That(written.Properties().Where(member => member.Value.Type == JTokenType.Null), Is.Empty);
    }

    /// <summary>A change of an app says only what changes, and the id of a group may be that of the path.</summary>
    private static bool IsAskedFor(SchemaPlace place, SchemaRow row) => place.Kind switch
    {
        DocumentKind.AppUpdate => false,
        // Without it the volume is of another type.
        DocumentKind.Pod when row.Type is "PodHostVolume" or "PodSecretVolume" => row.Member == "name",
        DocumentKind.Group => place.At.Length > 0,
        _ => true,
    };

    private static string Name(SchemaRow row) => row.Type + "." + row.Member;

    private static SchemaRow? Alias(string form) =>
        SchemaTable.Known.Has(form) && SchemaTable.Known.Of(form) is [{ Member: "=" } alias] ? alias : null;

    private static string Resolve(string form) => Alias(form)?.Form ?? form;

    private static (JToken? Value, string? Error) Wrong(string form) => form switch
    {
        "text" or "time" => (5, "error.expected.jsstring"),
        "int" or "long" or "number" => ("x", "error.expected.jsnumber"),
        "flag" => ("x", "error.expected.jsboolean"),
        ['[', ..] => ("x", "error.expected.jsarray"),
        ['{', ..] => ("x", "error.expected.jsobject"),
        _ when form.StartsWith("enum ", StringComparison.Ordinal) => ("nonsense", "error.unknown.enum.literal"),
        _ when form.StartsWith("one of ", StringComparison.Ordinal) || form == "any" => (null, null),
        _ => ("x", "error.expected.jsobject"),
    };

    private static JToken Step(string bound, decimal by)
    {
        var value = decimal.Parse(bound, CultureInfo.InvariantCulture) + by;
        return decimal.IsInteger(value) ? new JValue((long)value) : new JValue((double)value);
    }
}
