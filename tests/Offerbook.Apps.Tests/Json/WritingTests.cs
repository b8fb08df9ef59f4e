using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Json;

public sealed class WritingTests
{
    [Test]
    public void Write_MinimalApp_HasExactlyTheDocumentedMembers()
    {
        var app = Given.App("/a") with { VersionInfo = VersionInfo.New(new Timestamp(0)) };
        var expected = """
            {"id":"/a","backoffFactor":1.15,"backoffSeconds":1,"cmd":"sleep 100","cpus":1,"disk":0,"executor":"","instances":1,"labels":{},
            "maxLaunchDelaySeconds":300,"mem":128,"gpus":0,"networks":[{"mode":"host"}],
            "portDefinitions":[{"labels":{},"name":"default","port":10000,"protocol":"tcp"}],"requirePorts":false,
            "upgradeStrategy":{"maximumOverCapacity":1,"minimumHealthCapacity":1},"version":"1970-01-01T00:00:00.000Z",
            "versionInfo":{"lastScalingAt":"1970-01-01T00:00:00.000Z","lastConfigChangeAt":"1970-01-01T00:00:00.000Z"},
            "killSelection":"YOUNGEST_FIRST","unreachableStrategy":{"inactiveAfterSeconds":0,"expungeAfterSeconds":0},"role":"*"}
            """.ReplaceLineEndings("");
        Assert.That(AppWriter.Write(app).ToString(Formatting.None), Is.EqualTo(expected));
    }

    [Test]
    public void Write_JustPosted_HasNoVersionInfo()
    {
        var json = AppWriter.Write(Given.App("/a"), Given.At(5));
        Assert.That(json["versionInfo"], Is.Null);
        Assert.That((string?)json["version"], Is.EqualTo(Given.At(5).ToString()));
    }

    [Test]
    public void Write_EveryMember_ReadsBackTheSame()
    {
        var app = Given.Posted(FullApp, new SpecSettings { Features = [Features.Secrets, Features.GpuResources] });
        var stored = app with { VersionInfo = new VersionInfo(Given.At(3), Given.At(2), Given.At(1)) };
        Assert.That(JournaledApp.Read(Given.Token(JournaledApp.Write(stored).ToString())), Is.EqualTo(stored));
    }

    [Test]
    public void WriteInfo_LiveData_IsAddedWhenGiven()
    {
        var json = AppInfoWriter.Write(Given.App("/a"), new AppLiveData(new TaskCounts(1, 2, 3, 4), ["d"]));
        Assert.That((int?)json["tasksHealthy"], Is.EqualTo(3));
        Assert.That(json["deployments"]!.ToString(Formatting.None), Is.EqualTo("[{\"id\":\"d\"}]"));
        Assert.That(json["tasks"], Is.Null);
    }

    [Test]
    public void WriteGroup_Nested_ShowsVersionAndEnforceRoleOnTopOnly()
    {
        var root = Given.Tree(Given.App("/g/h/a"));
        var json = GroupWriter.Write(root.Tree, root.Version, GroupView.Full);
        var top = json["groups"]![0]!;
        Assert.That(json["enforceRole"], Is.Null);
        Assert.That((bool?)top["enforceRole"], Is.False);
        Assert.That(top["groups"]![0]!["enforceRole"], Is.Null);
        Assert.That((string?)top["groups"]![0]!["apps"]![0]!["id"], Is.EqualTo("/g/h/a"));
        Assert.That((string?)top["groups"]![0]!["version"], Is.EqualTo(root.Version.ToString()));
    }

    [Test]
    public void WriteGroup_WithoutAppsOrGroups_LeavesTheListsEmpty()
    {
        var root = Given.Tree(Given.App("/a"), Given.App("/g/b"));
        var json = GroupWriter.Write(root.Tree, root.Version, new GroupView(null, false));
        Assert.That((json["apps"]!.Count(), json["groups"]!.Count(), json["pods"]!.Count()), Is.EqualTo((0, 0, 0)));
    }

    internal const string FullApp = """
        {
          "id": "/prod/full", "cmd": "run it", "user": "nobody", "instances": 3, "cpus": 0.25, "mem": 64.5, "disk": 10, "gpus": 1,
          "env": {"A": "b", "S": {"secret": "pw"}}, "secrets": {"pw": {"source": "/pw"}}, "executor": "//cmd",
          "executorResources": {"cpus": 0.2, "mem": 40, "disk": 12}, "resourceLimits": {"cpus": "unlimited", "mem": 128},
          "constraints": [["hostname", "UNIQUE"], ["rack", "GROUP_BY", "2"], ["os", "LIKE", "linux.*"]],
          "acceptedResourceRoles": ["*"], "fetch": [{"uri": "http://h/a", "executable": true, "destPath": "b"}],
          "backoffSeconds": 2, "backoffFactor": 1.5, "maxLaunchDelaySeconds": 30, "requirePorts": true,
          "portDefinitions": [{"port": 8080, "name": "http", "protocol": "udp,tcp", "labels": {"VIP_0": "x"}}, {"port": 0}],
          "container": {"type": "MESOS", "docker": {"image": "i", "forcePullImage": true, "pullConfig": {"secret": "pw"}},
            "linuxInfo": {"seccomp": {"profileName": "p"}, "ipcInfo": {"mode": "PRIVATE", "shmSize": 5}},
            "volumes": [{"containerPath": "/h", "hostPath": "/h", "mode": "RO"}, {"containerPath": "s", "secret": "pw"},
              {"containerPath": "data", "mode": "RW", "persistent": {"type": "mount", "size": 10, "maxSize": 20, "constraints": [["path", "LIKE", "/x.*"]]}}]},
          "healthChecks": [{"protocol": "MESOS_HTTP", "path": "/h", "portIndex": 0, "timeoutSeconds": 3},
            {"protocol": "HTTP", "port": 80, "ignoreHttp1xx": true}, {"protocol": "COMMAND", "command": {"value": "true"}}],
          "check": {"http": {"portIndex": 0, "path": "/c"}, "intervalSeconds": 7},
          "readinessChecks": [{"name": "r", "portName": "http", "httpStatusCodesForReady": [200, 302], "preserveLastResponse": true}],
          "taskKillGracePeriodSeconds": 5, "dependencies": ["/db", "/prod/x"], "labels": {"k": "v", "a": "b"},
          "upgradeStrategy": {"minimumHealthCapacity": 0.35, "maximumOverCapacity": 0}, "unreachableStrategy": "disabled",
          "killSelection": "OLDEST_FIRST", "tty": true, "runOnce": true, "role": "prod", "networks": [{"mode": "host"}]
        }
        """;
}
