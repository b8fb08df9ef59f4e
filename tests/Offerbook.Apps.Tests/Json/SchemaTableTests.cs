using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Schema;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Json;

/// <summary>
/// Row by row of the table of types: what is read, refused, defaulted and written. Each type is tried at a place in a document where
/// everything else is right.
/// </summary>
public sealed class SchemaTableTests
{
    private static readonly SpecSettings s_settings = new()
    {
        Features = [Features.Secrets, Features.ExternalVolumes, Features.GpuResources],
    };

    /// <summary>A document for each type, and where in it one of that type is.</summary>
    private static readonly Dictionary<string, (string Document, string At)> s_places = new()
    {
        ["App"] = ("{'id':'/a','cmd':'sleep 100'}", ""),
        ["UpgradeStrategy"] = ("{'id':'/a','cmd':'sleep 100','upgradeStrategy':{'minimumHealthCapacity':0.5,'maximumOverCapacity':0.5}}", "upgradeStrategy"),
        ["UnreachableEnabled"] = ("{'id':'/a','cmd':'sleep 100','unreachableStrategy':{}}", "unreachableStrategy"),
        ["Artifact"] = ("{'id':'/a','cmd':'sleep 100','fetch':[{'uri':'http://a/b'}]}", "fetch[0]"),
        ["PortDefinition"] = ("{'id':'/a','cmd':'sleep 100','portDefinitions':[{}]}", "portDefinitions[0]"),
        ["Network"] = ("{'id':'/a','cmd':'sleep 100','networks':[{'mode':'container','name':'n'}]}", "networks[0]"),
        ["AppHealthCheck"] = ("{'id':'/a','cmd':'sleep 100','healthChecks':[{}]}", "healthChecks[0]"),
        ["AppCommandCheck"] = ("{'id':'/a','cmd':'sleep 100','healthChecks':[{'protocol':'COMMAND','command':{'value':'true'}}]}", "healthChecks[0].command"),
        ["AppCheck"] = ("{'id':'/a','cmd':'sleep 100','check':{'tcp':{'port':80}}}", "check"),
        ["AppHttpCheck"] = ("{'id':'/a','cmd':'sleep 100','check':{'http':{'port':80}}}", "check.http"),
        ["AppTcpCheck"] = ("{'id':'/a','cmd':'sleep 100','check':{'tcp':{'port':80}}}", "check.tcp"),
        ["CommandCheck"] = ("{'id':'/a','cmd':'sleep 100','check':{'exec':{'command':{'shell':'true'}}}}", "check.exec"),
        ["ReadinessCheck"] = ("{'id':'/a','cmd':'sleep 100','portDefinitions':[{'name':'http-api'}],'readinessChecks':[{}]}", "readinessChecks[0]"),
        ["Container"] = ("{'id':'/a','cmd':'sleep 100','container':{'docker':{'image':'i'}}}", "container"),
        ["DockerContainer"] = ("{'id':'/a','cmd':'sleep 100','container':{'type':'DOCKER','docker':{'image':'i'}}}", "container.docker"),
        ["DockerParameter"] = ("{'id':'/a','cmd':'sleep 100','container':{'docker':{'image':'i','parameters':[{'key':'k','value':'v'}]}}}", "container.docker.parameters[0]"),
        ["DockerPullConfig"] = ("{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}},'container':{'type':'MESOS','docker':{'image':'i','pullConfig':{'secret':'s'}}}}", "container.docker.pullConfig"),
        ["ContainerPortMapping"] = ("{'id':'/a','cmd':'sleep 100','networks':[{'mode':'container','name':'n'}],'container':{'type':'MESOS','portMappings':[{}]}}", "container.portMappings[0]"),
        ["AppHostVolume"] = ("{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','volumes':[{'containerPath':'/a','hostPath':'/b','mode':'RO'}]}}", "container.volumes[0]"),
        ["PersistentVolumeInfo"] = ("{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','volumes':[{'containerPath':'a','mode':'RW','persistent':{'size':10}}]}}", "container.volumes[0].persistent"),
        ["SecretDef"] = ("{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}}}", "secrets.s"),
        ["EnvVarSecret"] = ("{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}},'env':{'E':{'secret':'s'}}}", "env.E"),
        ["ExecutorResources"] = ("{'id':'/a','cmd':'sleep 100','executorResources':{}}", "executorResources"),
        ["Seccomp"] = ("{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','linuxInfo':{'seccomp':{'unconfined':true}}}}", "container.linuxInfo.seccomp"),
        ["IPCInfo"] = ("{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','linuxInfo':{'ipcInfo':{'mode':'PRIVATE'}}}}", "container.linuxInfo.ipcInfo"),
        ["IpAddress"] = ("{'id':'/a','cmd':'sleep 100','ipAddress':{'networkName':'n'}}", "ipAddress"),
        ["IpDiscoveryPort"] = ("{'id':'/a','cmd':'sleep 100','ipAddress':{'networkName':'n','discovery':{'ports':[{'number':80,'name':'http'}]}}}", "ipAddress.discovery.ports[0]"),
    };

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

    public static IEnumerable<TestCaseData> Rows() => s_places.Keys
        .SelectMany(type => SchemaTable.Known.Of(type).Where(row => row.Member is not ("=" or "+") && !s_notRead.Contains(Name(row))))
        .Select(row => new TestCaseData(row).SetArgDisplayNames(Name(row)));

    public static IEnumerable<TestCaseData> Defaults() => s_places.Keys
        .SelectMany(type => SchemaTable.Known.Of(type))
        .Where(row => row is { Default.Length: > 0, Written: "always" } && !s_otherDefaults.Contains(Name(row)) && row.Type is not ("IpDiscoveryPort" or "IpAddress"))
        .Select(row => new TestCaseData(row).SetArgDisplayNames(Name(row)));

    [Test]
    public void Places_Themselves_AreRight()
    {
        foreach (var (type, (document, at)) in s_places)
        {
            Assert.That(Given.Posted(document, s_settings), Is.Not.Null, type);
            Assert.That(JObject.Parse(document.Replace('\'', '"')).SelectToken(at), Is.Not.Null, type);
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_OfAnotherType_IsRefusedByItsPath(SchemaRow row)
    {
        var (value, error) = Wrong(Resolve(row.Form));
        if (error is null)
        {
            Assert.Pass("may be of several types");
        }
        Assert.That(ErrorsWith(row, value!), Does.Contain((PathOf(row), error)));
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_BeyondItsBounds_IsRefusedByItsPath(SchemaRow row)
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
                Assert.That(ErrorsWith(row, wrong.Value), Does.Contain((PathOf(row), wrong.Error)), name);
            }
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Member_ThatIsMissingOrNull_IsAskedForOrNot(SchemaRow row)
    {
        var document = Document(row, out var at);
        at.Remove(row.Member);
        var missing = Errors(document);
        at[row.Member] = null;
        Assert.That(Errors(document), Is.EqualTo(missing), "null is absent");
        // What else must be there instead is said of that.
        Assert.That(missing.Contains((PathOf(row), "error.path.missing")), Is.EqualTo(row.IsRequired));
    }

    [TestCaseSource(nameof(Rows))]
    public void Choice_InAnyCase_IsWrittenInTheCanonicalOne(SchemaRow row)
    {
        var form = Resolve(row.Form);
        if (!form.StartsWith("enum ", StringComparison.Ordinal))
        {
            Assert.Pass("not a choice");
        }
        foreach (var value in form[5..].Split('|'))
        {
            Assert.That(ErrorsWith(row, value.ToLowerInvariant()), Is.Empty, value);
            Assert.That(ErrorsWith(row, value.ToUpperInvariant()), Is.Empty, value);
        }
    }

    [TestCaseSource(nameof(Defaults))]
    public void Member_ThatIsAbsent_IsWrittenWithItsDefault(SchemaRow row)
    {
        var document = Document(row, out var at);
        at.Remove(row.Member);
        var written = AppWriter.Write(Given.Posted(document.ToString(), s_settings)).SelectToken(s_places[row.Type].At)![row.Member];
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
        var written = (JObject)AppWriter.Write(Given.Posted(s_places[type].Document, s_settings)).SelectToken(s_places[type].At)!;
        var rows = SchemaTable.Known.Of(type);
        var names = written.Properties().Select(member => member.Name).ToList();
        Assert.That(rows.Where(row => row.Written == "always" && !s_otherDefaults.Contains(Name(row))).Select(row => row.Member).Except(names), Is.Empty);
        Assert.That(names.Except(rows.Select(row => row.Member)), Is.Empty);
        Assert.That(written.Properties().Where(member => member.Value.Type == JTokenType.Null), Is.Empty);
    }

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

    private static JObject Document(SchemaRow row, out JObject at)
    {
        var (text, path) = s_places[row.Type];
        var document = JObject.Parse(text.Replace('\'', '"'));
        at = (JObject)document.SelectToken(path)!;
        return document;
    }

    private static string PathOf(SchemaRow row)
    {
        var at = s_places[row.Type].At.Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal).Replace('.', '/');
        return (at.Length > 0 ? "/" + at : "") + "/" + row.Member;
    }

    private static List<(string, string)> ErrorsWith(SchemaRow row, JToken value)
    {
        var document = Document(row, out var at);
        at[row.Member] = value;
        return Errors(document);
    }

    private static List<(string, string)> Errors(JObject document)
    {
        var read = Documents.ReadApp(document);
        return read.IsOk ? [] : ((JArray?)(read.Error.Body["details"] as JArray))?
            .SelectMany(detail => detail["errors"]!.Select(error => ((string)detail["path"]!, (string)error!))).ToList() ?? [("", read.Error.Message)];
    }
}
