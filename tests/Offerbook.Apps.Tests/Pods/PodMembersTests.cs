using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Http;

namespace Offerbook.Apps.Tests.Pods;

/// <summary>
/// Members of case 186 that are about one document each: what becomes of it over HTTP, with which flags. Access is
/// <see cref="Access.RouteAccessTests"/>'s, lists, versions and kills are <see cref="PodsApiTests"/>' and <see cref="PodLifeTests"/>'.
/// </summary>
[Property("case", 186)]
public sealed class PodMembersTests : ApiFixture
{
    private const string Volume = """ "volumes":[{"name":"v","persistent":{"type":"root","size":10}}] """;
    private const string Mount = """ "volumeMounts":[{"name":"v","mountPath":"m","readOnly":false}] """;
    private const string Secret = """ "secrets":{"s":{"source":"/x"}} """;

    private AppsSettings _settings = AppsSettings.Default;

    protected override AppsSettings Settings => _settings;

    [TestCase("", "", "", "networks[0].mode=host executorResources.cpus=0.1 executorResources.mem=32 executorResources.disk=10",
        TestName = "Pod_OfAnImage_HasTheHostsNetworkAndUsualExecutor")]
    [TestCase("network", "", """ "networks":[{"mode":"host"}] """, "networks[0].mode=host networks[0].name=",
        TestName = "Pod_OnTheHost_GetsNoNetworkName")]
    [TestCase("network", "", """ "networks":[{"mode":"container/bridge"}] """, "networks[0].mode=container/bridge networks[0].name=",
        TestName = "Pod_OnABridge_GetsNoNetworkName")]
    [TestCase("network", "", """ "networks":[{"mode":"container"}] """, "networks[0].mode=container networks[0].name=blah",
        TestName = "Pod_OnANamelessNetwork_GetsTheDefaultName")]
    [TestCase("", "", """ "executorResources":{"cpus":100,"mem":100} """, "executorResources.cpus=100 executorResources.mem=100",
        TestName = "Pod_WithExecutorResources_KeepsThem")]
    [TestCase("", "", """ "scaling":{"kind":"fixed","instances":2} """, "scaling.kind=fixed scaling.instances=2",
        TestName = "Pod_OfTwoInstances_IsKeptAsSuch")]
    [TestCase("secrets", """ "environment":{"E":{"secret":"s"}} """, Secret, "containers[0].environment.E.secret=s",
        TestName = "Secret_InAContainersEnvironment_IsTaken")]
    [TestCase("secrets", """ "volumeMounts":[{"name":"v","mountPath":"m"}] """,
        """ "volumes":[{"name":"v","secret":"s"}],"secrets":{"s":{"source":"/x"}} """,
        "volumes[0].secret=s", TestName = "Secret_InAFile_IsTaken")]
    [TestCase("secrets", """ "image":{"kind":"DOCKER","id":"private/image","pullConfig":{"secret":"s"}} """, Secret,
        "containers[0].image.pullConfig.secret=s", TestName = "Secret_ForPulling_IsTaken")]
    [TestCase("role", Mount, """ "role":"foo", """ + Volume, "volumes[0].persistent.size=10 containers[0].volumeMounts[0].mountPath=m",
        TestName = "Volume_OfAPodWithARole_IsKept")]
    [TestCase("", "", "", "role=*", TestName = "Role_LeftOut_IsTheUsual")]
    [TestCase("role", "", "", "role=foo", TestName = "Role_LeftOut_IsTheFrameworks")]
    [TestCase("role", "", """ "role":"foo" """, "role=foo", TestName = "Role_OfTheFramework_IsTaken")]
    [TestCase("role", "", """ "id":"/dev/pod" """, "role=foo", TestName = "Role_LeftOutInAGroup_IsTheFrameworks")]
    [TestCase("role", "", """ "id":"/dev/pod","role":"dev" """, "role=dev", TestName = "Role_OfItsNewGroup_IsTaken")]
    [TestCase("enforce", "", """ "id":"/dev/pod" """, "role=dev", TestName = "Role_InAGroupThatEnforcesIt_IsTheGroups")]
    [TestCase("", """ "linuxInfo":{"seccomp":{"profileName":"p","unconfined":false}} """, "",
        "containers[0].linuxInfo.seccomp.profileName=p", TestName = "Seccomp_WithAProfile_IsTaken")]
    [TestCase("", """ "linuxInfo":{"seccomp":{"unconfined":true}} """, "", "containers[0].linuxInfo.seccomp.unconfined=True",
        TestName = "Seccomp_Unconfined_IsTaken")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}} """, """ "linuxInfo":{"ipcInfo":{"mode":"PRIVATE","shmSize":16}} """,
        "linuxInfo.ipcInfo.shmSize=16", TestName = "Memory_OfThePodsOwnWithASize_IsTaken")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}} """, """ "linuxInfo":{"ipcInfo":{"mode":"PRIVATE"}} """,
        "linuxInfo.ipcInfo.mode=PRIVATE", TestName = "Memory_OfThePodsOwn_IsTaken")]
    [TestCase("", "", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}} """, "linuxInfo.ipcInfo.mode=SHARE_PARENT",
        TestName = "Memory_SharedWithTheAgent_IsTaken")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"PRIVATE","shmSize":16}} """, "", "containers[0].linuxInfo.ipcInfo.shmSize=16",
        TestName = "Memory_OfAContainersOwnWithASize_IsTaken")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"PRIVATE"}} """, "", "containers[0].linuxInfo.ipcInfo.mode=PRIVATE",
        TestName = "Memory_OfAContainersOwn_IsTaken")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}} """, "", "containers[0].linuxInfo.ipcInfo.mode=SHARE_PARENT",
        TestName = "Memory_OfAContainerSharedWithThePod_IsTaken")]
    public async Task Pod_IsCreated(string flags, string container, string pod, string members)
    {
        await RestartAsync(flags);

        var created = await SendAsync("POST", "/v2/pods", Document(container, pod).ToString());

        Assert.That(created.Status, Is.EqualTo(201), created.Text);
        Assert.That(created.Headers["Marathon-Deployment-Id"], Is.Not.Empty);
        var kept = (await GetAsync("/v2/pods" + created.Json["id"])).Json;
        foreach (var member in members.Split(' '))
        {
            var (path, value) = (member[..member.IndexOf('=')], member[(member.IndexOf('=') + 1)..]);
            Assert.That($"{created.Json.SelectToken(path)} {kept.SelectToken(path)}", Is.EqualTo($"{value} {value}"), path);
        }
    }

    [TestCase("", """ "environment":{"E":{"secret":"s"}} """, Secret, "Feature secrets is not enabled",
        TestName = "Secret_InAContainersEnvironment_NeedsItsFeature")]
    [TestCase("", "", """ "environment":{"E":{"secret":"s"}},"secrets":{"s":{"source":"/x"}} """, "Feature secrets is not enabled",
        TestName = "Secret_InTheEnvironment_NeedsItsFeature")]
    [TestCase("", """ "volumeMounts":[{"name":"v","mountPath":"m"}] """,
        """ "volumes":[{"name":"v","secret":"s"}],"secrets":{"s":{"source":"/x"}} """,
        "Feature secrets is not enabled", TestName = "Secret_InAFile_NeedsItsFeature")]
    [TestCase("secrets", """ "image":{"kind":"DOCKER","id":"private/image","pullConfig":{"secret":"t"}} """, Secret,
        "pullConfig.secret must refer to an existing secret", TestName = "Secret_ForPullingThatIsNotThere_IsRefused")]
    [TestCase("", """ "image":{"kind":"DOCKER","id":"private/image","pullConfig":{"secret":"s"}} """, "",
        "Feature secrets is not enabled. Enable with --enable_features secrets)", TestName = "Secret_ForPulling_NeedsItsFeature")]
    [TestCase("", "", """ "networks":[{"mode":"container"}] """, "Network name must be specified when container network is selected.",
        TestName = "Network_WithoutAnyName_IsRefused")]
    [TestCase("role", Mount, """ "role":"*", """ + Volume, "Resident pods cannot have the role *",
        TestName = "Volume_OfAPodOfEverybodysRole_IsRefused")]
    [TestCase("role", Mount, """ "scheduling":{"unreachableStrategy":{}}, """ + Volume,
        "unreachableStrategy must be disabled for pods with persistent volumes", TestName = "Volume_OfAPodThatIsGivenUp_IsRefused")]
    [TestCase("role", Mount, """ "scheduling":{"upgrade":{"maximumOverCapacity":0.1}}, """ + Volume,
        "/upgrade/maximumOverCapacity got 0.1, expected 0.0", TestName = "Volume_OfAPodThatMayExistTwice_IsRefused")]
    [TestCase("role", Mount, """ "role":"foo","scheduling":{"placement":{"acceptedResourceRoles":["*","slave_public"]}}, """ + Volume,
        "/acceptedResourceRoles", TestName = "Volume_OnReservedResources_IsRefused")]
    [TestCase("role", "", """ "role":"other" """, "expected one of: ", TestName = "Role_OfSomebodyElse_IsRefused")]
    [TestCase("", """ "linuxInfo":{"seccomp":{"profileName":"p","unconfined":true}} """, "",
        "Seccomp unconfined can NOT be true when Profile is defined", TestName = "Seccomp_WithAProfileAndUnconfined_IsRefused")]
    [TestCase("", """ "linuxInfo":{"seccomp":{"unconfined":false}} """, "", "Seccomp unconfined must be true when Profile is NOT defined",
        TestName = "Seccomp_WithNeither_IsRefused")]
    [TestCase("", "", """ "linuxInfo":{"seccomp":{}} """, "Seccomp configuration on executor level is not supported",
        TestName = "Seccomp_OfThePod_IsRefused")]
    [TestCase("", "", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT","shmSize":16}} """,
        "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT", TestName = "Memory_SharedWithTheAgentWithASize_IsRefused")]
    [TestCase("", """ "linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT","shmSize":16}} """, "",
        "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT", TestName = "Memory_OfAContainerSharedWithASize_IsRefused")]
    public async Task Pod_IsRefused(string flags, string container, string pod, string why)
    {
        await RestartAsync(flags);

        var refused = await SendAsync("POST", "/v2/pods", Document(container, pod).ToString());

        Assert.That(refused.Status, Is.EqualTo(422), refused.Text);
        var details = refused.Json["details"]!.SelectMany(detail => detail["errors"]!.Select(error => $"{detail["path"]} {error}"))
            .ToList();
        Assert.That(details, Has.Some.Contains(why), refused.Text);
        Assert.That((await GetAsync("/v2/pods")).Json.Count(), Is.Zero);
    }

    [TestCase("", 422)]
    [TestCase("?force=true", 200)]
    public async Task Volume_OfAPodThatChangesItsRole_NeedsForce(string query, int status)
    {
        await RestartAsync("role");
        Assert.That(
            (await SendAsync("POST", "/v2/pods", Document(Mount, """ "id":"/dev/pod","role":"dev", """ + Volume).ToString())).Status,
            Is.EqualTo(201));

        var changed = await SendAsync("PUT", "/v2/pods/dev/pod" + query,
            Document(Mount, """ "id":"/dev/pod","role":"foo", """ + Volume).ToString());

        Assert.That(changed.Status, Is.EqualTo(status), changed.Text);
        Assert.That(changed.Text.Contains("force=true", StringComparison.Ordinal), Is.EqualTo(status == 422));
    }

    [TestCase("dev", 200)]
    [TestCase("other", 422)]
    public async Task Role_OfAPodThatIsThere_StaysOrIsOneOfTheGroups(string role, int status)
    {
        await RestartAsync("role");
        Assert.That((await SendAsync("POST", "/v2/pods", Document("", """ "id":"/dev/pod","role":"dev" """).ToString())).Status,
            Is.EqualTo(201));

        var changed = await SendAsync("PUT", "/v2/pods/dev/pod?force=true",
            Document("", $$""" "id":"/dev/pod","role":"{{role}}" """).ToString());

        Assert.That(changed.Status, Is.EqualTo(status), changed.Text);
        Assert.That(changed.Text.Contains("expected one of: ", StringComparison.Ordinal), Is.EqualTo(status == 422));
    }

    private Task RestartAsync(string flags)
    {
        _settings = flags switch
        {
            "secrets" => AppsSettings.Default with { Features = [Features.Secrets] },
            "network" => AppsSettings.Default with { DefaultNetworkName = "blah" },
            "role" => AppsSettings.Default with { Role = "foo" },
            "enforce" => AppsSettings.Default with { NewTopGroupsEnforceRole = true },
            _ => AppsSettings.Default,
        };
        return RestartAsync();
    }

    private static JObject Document(string container, string pod)
    {
        var document = JObject.Parse("""
            {"id":"/pod","containers":[{"name":"a","resources":{"cpus":0.1,"mem":32},"image":{"kind":"DOCKER","id":"busybox"},
             "exec":{"command":{"shell":"sleep 1"}}}]}
            """);
        ((JObject)document["containers"]![0]!).Merge(JObject.Parse("{" + container + "}"));
        document.Merge(JObject.Parse("{" + pod + "}"));
        return document;
    }
}
