using Newtonsoft.Json.Linq;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Pods;

/// <summary>Cases 186 and 187: what is wrong with a pod, and where; and that a right one survives writing and reading.</summary>
[Property("case", 187)]
public sealed class PodRulesTests
{
    private const string Container = """{"name":"a","exec":{"command":{"shell":"x"}},"resources":{"cpus":1,"mem":32}}""";

    [TestCase("""{"id":"/p"}""", "/containers: error.path.missing")]
    [TestCase("""{"id":"/p","containers":[]}""", "/containers: error.minLength")]
    [TestCase("""{"id":"/p","containers":[{"name":"A_","resources":{}}]}""", "/containers(0)/name: error.pattern")]
    [TestCase("""{"id":"/p","containers":[{"name":"a"}]}""", "/containers(0)/resources: error.path.missing")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"environment":{"1x":"y"}}]}""", "/containers(0)/environment/1x: error.pattern")]
    [TestCase("""{"id":"/p","containers":[C],"scaling":{"kind":"magic"}}""", "/scaling/kind: error.unknown.enum.literal")]
    [TestCase("""{"id":"/p","containers":[C,C]}""", "/containers: container names are unique")]
    [TestCase("""{"id":"/p","containers":[C],"volumes":[{"name":"v"}]}""", "/volumes(0): volume must be referenced by at least one container")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"volumeMounts":[{"name":"v","mountPath":"m"}]}]}""",
        "/containers(0)/volumeMounts(0)/name: Referenced Volume in VolumeMount should exist")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"endpoints":[{"name":"e","containerPort":80}]}]}""",
        "/containers(0)/endpoints(0)/containerPort: is not allowed when using host-mode networking")]
    [TestCase("""{"id":"/p","networks":[{"name":"n"}],"containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"endpoints":[{"name":"e"}]}]}""",
        "/containers(0)/endpoints(0)/containerPort: is required when using container-mode networking")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"endpoints":[{"name":"e","hostPort":80},{"name":"e","hostPort":80}]}]}""",
        "/: Endpoint names are unique")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"endpoints":[{"name":"e","hostPort":80},{"name":"f","hostPort":80}]}]}""",
        "/: Host ports are unique")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"endpoints":[{"name":"e","protocol":["tcp","tcp"]}]}]}""",
        "/containers(0)/endpoints(0)/protocol: Duplicate protocols within the same endpoint are not allowed")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{},"exec":{"command":{"shell":"x"}},"healthCheck":{"http":{"endpoint":"gone"}}}]}""",
        "/containers(0)/healthCheck/http/endpoint: contained in the container endpoints")]
    [TestCase("""{"id":"/p","containers":[C],"scheduling":{"placement":{"constraints":[{"fieldName":"h","operator":"MAX_PER","value":"x"}]}}}""",
        "/scheduling/placement/constraints(0): Value was not specified or is not a number")]
    [TestCase("""{"id":"/p","containers":[C],"networks":[{"mode":"host"},{"mode":"container","name":"n"}]}""",
        "/networks: May specify a single host network, single bridge network, or else 1-to-n container networks")]
    [TestCase("""{"id":"/p","containers":[C],"secrets":{"s":{"source":"x"}}}""", "/secrets: Feature secrets is not enabled. Enable with --enable_features secrets)")]
    [TestCase("""{"id":"/p","containers":[C],"environment":{"A":{"secret":"s"}}}""", "/environment/A: references an undefined secret named 's'")]
    [TestCase("""{"id":"/p","containers":[C],"legacySharedCgroups":true}""", "")]
    [TestCase("""{"id":"/p","containers":[{"name":"a","resources":{"cpus":2},"exec":{"command":{"shell":"x"}},"resourceLimits":{"cpus":1}}]}""",
        "/containers(0)/resourceLimits/cpus: must be greater than or equal to 2")]
    public void Pod_WithAMistake_IsRefusedWithItsPlace(string json, string problem)
    {
        var problems = Problems(json).ToList();
        Assert.That(problems, problem.Length == 0 ? Is.Empty : Does.Contain(problem));
    }

    [Test]
    public void Pod_WithEverything_SurvivesWritingAndReading()
    {
        var settings = new SpecSettings { Features = [Features.Secrets, Features.GpuResources] };
        var draft = PodReader.Read(JObject.Parse(Everything));
        Assert.That(draft.Error?.ToString(), Is.Null);
        var made = PodEdits.Create(RootGroup.Empty, draft.Value!, settings);
        Assert.That(made.Error?.ToString(), Is.Null);
        var pod = made.Value!.Pod with { VersionInfo = VersionInfo.New(Given.At(3)).WithScaling(Given.At(5)) };
        var again = SpecJson.Read(Given.Token(SpecJson.Write(pod).ToString()));
        Assert.That(again, Is.EqualTo(pod));
        Assert.That(PodWriter.Write((PodDefinition)again).ToString(), Is.EqualTo(PodWriter.Write(pod).ToString()));
    }

    [TestCase("daemon")]
    [TestCase("runOnce")]
    public void Pod_WithWhatIsForApps_IsRefusedByName(string member)
    {
        var problems = Problems("""{"id":"/p","MEMBER":true,"containers":[C]}""".Replace("MEMBER", member));
        Assert.That(problems, Has.Some.Contains(member).And.Some.Contains("is for apps only"));
        Assert.That(Problems("""{"id":"/p","MEMBER":false,"containers":[C]}""".Replace("MEMBER", member)), Is.Empty);
    }

    [Test]
    public void Pod_WithABadPreference_IsRefusedByItsPlace() =>
        Assert.That(Problems("""{"id":"/p","preferences":[["rack","NEAR"]],"containers":[C]}"""), Has.Some.Contains("/preferences(0)"));

    [Test]
    public void Pod_WithAlmostNothing_GetsTheDefaults()
    {
        var pod = PodWriter.Write(
            PodEdits.Create(RootGroup.Empty,
                PodReader.Read(JObject.Parse("""{"id":"p","containers":[C]}""".Replace("C", Container))).Value!,
                Given.Settings).Value!.Pod);
        Assert.That((string?)pod["id"], Is.EqualTo("/p"));
        Assert.That(pod["networks"]!.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""[{"mode":"host"}]"""));
        Assert.That(pod["scaling"]!.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""{"kind":"fixed","instances":1}"""));
        Assert.That(pod["executorResources"]!.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""{"cpus":0.1,"mem":32,"disk":10}"""));
        Assert.That(pod.SelectToken("scheduling.backoff")!.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""{"backoff":1,"backoffFactor":1.15,"maxLaunchDelay":300}"""));
        Assert.That(pod.SelectToken("scheduling.upgrade.maximumOverCapacity")!.Value<int>(), Is.EqualTo(1));
        Assert.That((string?)pod.SelectToken("scheduling.killSelection"), Is.EqualTo("YOUNGEST_FIRST"));
    }

    private static IEnumerable<string> Problems(string json)
    {
        var draft = PodReader.Read(JObject.Parse(json.Replace("[C,C]", $"[{Container},{Container}]").Replace("[C]", $"[{Container}]")));
        var error = draft.Error ?? PodEdits.Create(RootGroup.Empty, draft.Value!, Given.Settings).Error;
        return error is null ? [] : Given.Problems(error);
    }

    private const string Everything = """
        {"id":"/prod/full","deployment":{"deadlineSeconds":600,"maxFailures":2,"onFailure":"rollback","pauseAfter":[1,"50%"]},
         "preferences":[["rack","GROUP_BY","",5],["disk","LIKE","ssd.*"]],"labels":{"a":"b"},"user":"me","environment":{"A":"1","S":{"secret":"key"}},"secrets":{"key":{"source":"/k"}},
         "networks":[{"mode":"container","name":"blue","labels":{"x":"y"}}],"scaling":{"kind":"fixed","instances":4},
         "executorResources":{"cpus":0.2,"mem":64,"disk":20},"legacySharedCgroups":false,"linuxInfo":{"ipcInfo":{"mode":"PRIVATE","shmSize":16}},
         "volumes":[{"name":"tmp"},{"name":"host","host":"/srv"},{"name":"sec","secret":"key"}],
         "scheduling":{"backoff":{"backoff":2.5,"backoffFactor":1.5,"maxLaunchDelay":60},"upgrade":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.25},
           "placement":{"constraints":[{"fieldName":"@zone","operator":"GROUP_BY","value":"3"}],"acceptedResourceRoles":["*"]},
           "killSelection":"OLDEST_FIRST","unreachableStrategy":{"inactiveAfterSeconds":5,"expungeAfterSeconds":10}},
         "containers":[
          {"name":"one","exec":{"command":{"argv":["a","b"]},"overrideEntrypoint":false},"resources":{"cpus":1.5,"mem":100,"disk":5,"gpus":1},
           "resourceLimits":{"cpus":"unlimited","mem":200},"endpoints":[{"name":"e","containerPort":80,"hostPort":0,"protocol":["tcp","udp"],"labels":{"l":"m"},"networkNames":["blue"]}],
           "linuxInfo":{"seccomp":{"unconfined":true}},"image":{"kind":"DOCKER","id":"busybox","forcePull":true,"pullConfig":{"secret":"key"},"labels":{"i":"j"}},
           "environment":{"B":"2"},"user":"you","healthCheck":{"tcp":{"endpoint":"e"},"gracePeriodSeconds":1,"intervalSeconds":5,"maxConsecutiveFailures":2,"timeoutSeconds":3,"delaySeconds":4},
           "check":{"exec":{"command":{"shell":"true"}},"intervalSeconds":9},"volumeMounts":[{"name":"tmp","mountPath":"t","readOnly":true},{"name":"host","mountPath":"h"},{"name":"sec","mountPath":"s"}],
           "artifacts":[{"uri":"http://x/y","destPath":"z"}],"labels":{"c":"d"},"lifecycle":{"killGracePeriodSeconds":7.5},"tty":true},
          {"name":"two","image":{"kind":"DOCKER","id":"nginx"},"resources":{"cpus":0.1,"mem":32},
           "healthCheck":{"exec":{"command":{"argv":["x"]}}}}]}
        """;
}
