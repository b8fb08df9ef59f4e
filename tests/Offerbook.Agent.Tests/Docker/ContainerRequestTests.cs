using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>What the engine is asked for, where the machine that runs the tests cannot show it.</summary>
public sealed class ContainerRequestTests
{
    private string _work = "";

    [SetUp]
    public void Open() => _work = Directory.CreateTempSubdirectory("offerbook-request-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_work, recursive: true);

    [Test]
    public async Task Privileges_Gpus_AndPropagation_AreAskedFor()
    {
        var body = await RequestAsync(new DockerSettings("app")
        {
            Privileged = true, Gpus = 2, Mounts = [new DockerMount("/m", new DockerMountSource.HostPath(_work, "rslave"), true)],
        });
        var host = body["HostConfig"]!;

        Assert.That(host["Privileged"]!.GetValue<bool>());
        Assert.That(host["DeviceRequests"]!.ToJsonString(), Is.EqualTo("""[{"Count":2,"Capabilities":[["gpu"]]}]"""));
        Assert.That(host["Mounts"]![1]!.ToJsonString(),
            Does.Contain("\"ReadOnly\":true").And.Contain("\"BindOptions\":{\"Propagation\":\"rslave\"}"));
    }

    [Test]
    public async Task Parameters_HaveTheLastWord_ButNotOverOurLabels()
    {
        var body = await RequestAsync(
            new DockerSettings(
                "app") { Parameters = [new("user", "me"), new("label", "a=b"), new("memory", "1g"), new("log-driver", "syslog")] });

        Assert.That(body["User"]!.GetValue<string>(), Is.EqualTo("me"));
        Assert.That(body["HostConfig"]!["Memory"]!.GetValue<long>(), Is.EqualTo(1L << 30));
        Assert.That(body["HostConfig"]!["LogConfig"]!.ToJsonString(), Is.EqualTo("""{"Type":"syslog"}"""));
        Assert.That(body["Labels"]!.AsObject().Select(label => label.Key),
            Is.EqualTo(["a", "offerbook.agent", "offerbook.container", "offerbook.boot"]));
    }

    [Test]
    public async Task Logs_AreBounded()
    {
        var body = await RequestAsync(new DockerSettings("app"));

        Assert.That(body["HostConfig"]!["LogConfig"]!.ToJsonString(),
            Does.Contain("json-file").And.Contain("max-size").And.Contain("max-file"));
    }

    [TestCase("app", "docker.io", "app:latest")]
    [TestCase("library/app:1", "docker.io", "library/app:1")]
    [TestCase("localhost/app", "localhost", "localhost/app:latest")]
    [TestCase("reg.example.com:5000/a/b", "reg.example.com:5000", "reg.example.com:5000/a/b:latest")]
    [TestCase("reg.example.com/a@sha256:12", "reg.example.com", "reg.example.com/a@sha256:12")]
    public void Images_NameTheirRegistry_AndATag(string image, string registry, string tagged)
    {
        Assert.That((Registries.RegistryOf(image), ImagePuller.Tagged(image)), Is.EqualTo((registry, tagged)));
    }

    [TestCase(".docker/config.json", """{"auths":{"https://reg.example.com/v1/":{"auth":"bWU6czpz"}}}""")]
    [TestCase(".dockercfg", """{"reg.example.com":{"auth":"bWU6czpz"}}""")]
    public void Credentials_AreTakenFromTheSandbox(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_work, file))!);
        File.WriteAllText(Path.Combine(_work, file), content);

        var header = Registries.HeaderFor("reg.example.com/app", _work)!;

        Assert.That(Encoding.UTF8.GetString(Convert.FromBase64String(header.Replace('-', '+').Replace('_', '/'))),
            Is.EqualTo("""{"serveraddress":"reg.example.com","username":"me","password":"s:s"}"""));
        Assert.That(Registries.HeaderFor("other.example.com/app", _work), Is.Null);
    }

    [Test]
    public void CredentialsThatCannotBeRead_AreNone()
    {
        File.WriteAllText(Path.Combine(_work, ".dockercfg"), "{");

        Assert.That(Registries.HeaderFor("reg.example.com/app", _work), Is.Null);
    }

    private async Task<JsonObject> RequestAsync(DockerSettings settings)
    {
        await using var volumes = new VolumeDirectories(_work, _ => ValueTask.CompletedTask, NullLogger.Instance);
        var yard = new ContainerId("c1");
        var spec = new ContainerSpec(yard, new Offerbook.Agent.Sandbox.SandboxPath(new("s"), new("f"), new("e"), yard),
            new CommandSpec.Shell("true"), null, []) { Docker = settings };
        return new ContainerRequest(new SandboxDirectories(_work), volumes, new DockerOptions(), new IsolationOptions())
            .Create(spec, new DockerLabels("a", "b"), null);
    }
}
