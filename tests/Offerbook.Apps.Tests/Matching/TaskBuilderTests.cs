using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using static Offerbook.Apps.Tests.Matching.Offers;
using AppVersionInfo = Offerbook.Apps.Specs.VersionInfo;

namespace Offerbook.Apps.Tests.Matching;

public sealed class TaskBuilderTests
{
    private static readonly MatchSettings Settings = new() { AppsUrl = "http://apps:8080", User = "nobody" };

    [Test]
    public void Task_OfCommandApp_RunsItInAShell()
    {
        var task = Matched(Of(), Candidate(Given.App("/shop/web")), Settings).Task;
        Assert.That((task.Name, task.TaskId.Value, task.AgentId.Value), Is.EqualTo(("web.shop", "a.instance-1._app.1", "s1")));
        Assert.That((task.Command.Shell, task.Command.Value, task.Command.User, task.Container),
            Is.EqualTo((true, "sleep 100", "nobody", (ContainerInfo?)null)));
    }

    [Test]
    public void Task_OfArgsApp_RunsTheFirstWithoutAShell()
    {
        var command = Matched(Of(), Candidate(Given.App("/a") with { Cmd = null, Args = ["/bin/x", "-y"], User = "me" }), Settings)
            .Task.Command;
        Assert.That((command.Shell, command.Value, string.Join(" ", command.Arguments), command.User),
            Is.EqualTo((false, "/bin/x", "/bin/x -y", "me")));
    }

    [Test]
    public void Environment_OfHostNetworking_TellsEverything()
    {
        var app = Given.App("/shop/web") with
        {
            Resources = new InstanceResources(Quantity.Of(0.1), Quantity.Of(32), Quantity.Zero, 0),
            PortDefinitions = [new PortDefinition(10_001, NetworkProtocol.Tcp, "http-api", ValueMap<string>.Empty),
                PortDefinition.Default with { Port = 10_002, Name = null }],
            Labels = ValueMap.Of(("a.b c", "1"), ("long", new string('x', 512))),
            Env = ValueMap.Of(("HOST", (EnvValue)new EnvValue.Text("mine")), ("X", new EnvValue.Text("y"))),
            VersionInfo = AppVersionInfo.New(new Timestamp(0)),
        };
        var match = Matched(Of(), Candidate(app) with { EnforcesGroupRole = true }, Settings);
        var (one, two) = (match.HostPorts[0].ToString(), match.HostPorts[1].ToString());
        Assert.That(Variables(match.Task), Is.EqualTo(new[]
        {
            "HOST=mine", "MARATHON_APP_ENFORCE_GROUP_ROLE=TRUE", "MARATHON_APP_ID=/shop/web", "MARATHON_APP_LABELS=A_B_C",
            "MARATHON_APP_LABEL_A_B_C=1",
            "MARATHON_APP_RESOURCE_CPUS=0.1", "MARATHON_APP_RESOURCE_DISK=0.0", "MARATHON_APP_RESOURCE_GPUS=0",
            "MARATHON_APP_RESOURCE_MEM=32.0",
            "MARATHON_APP_VERSION=1970-01-01T00:00:00.000Z", "MESOS_TASK_ID=a.instance-1._app.1", "OFFERBOOK_APPS_URL=http://apps:8080",
            "PORT=" + one, "PORT0=" + one, "PORT1=" + two, "PORTS=" + one + "," + two, "PORT_10001=" + one, "PORT_10002=" + two,
            "PORT_HTTP_API=" + one, "X=y",
        }));
    }

    [Test]
    public void Environment_WithPrefix_LeavesMarathonNamesAlone()
    {
        var names = Variables(Matched(Of(), Candidate(Given.App("/a")), new MatchSettings { EnvironmentPrefix = "P_" }).Task)
            .Select(variable => variable.Split('=')[0]).ToList();
        Assert.That(names, Does.Contain("P_HOST").And.Contain("P_PORT0").And.Contain("MARATHON_APP_ID").And.Contain("MESOS_TASK_ID"));
        Assert.That(names, Does.Not.Contain("HOST").And.Not.Contain("OFFERBOOK_APPS_URL"));
    }

    [Test]
    public void Environment_WithoutPorts_HasNoPortVariables() =>
        Assert.That(Variables(Matched(Of(), Candidate(Given.App("/a") with { PortDefinitions = [] })).Task), Has.None.StartsWith("PORT"));

    [Test]
    public void Task_OfDockerBridgeApp_MapsItsPorts()
    {
        var app = Given.Posted("""
            {"id": "a", "container": {"docker": {"image": "busybox", "network": "BRIDGE", "privileged": true, "parameters": [{"key": "k", "value": "v"}],
              "portMappings": [{"containerPort": 80, "protocol": "udp,tcp", "name": "http"}]},
              "volumes": [{"containerPath": "/c", "hostPath": "/h", "mode": "RO"}]}}
            """);
        var match = Matched(Of(), Candidate(app));
        var container = match.Task.Container;
        Assert.That((container.Type, container.Docker.Image, container.Docker.Privileged, container.Docker.Network),
            Is.EqualTo((ContainerInfo.Types.Type.Docker, "busybox", true, ContainerInfo.Types.DockerInfo.Types.Network.Bridge)));
        Assert.That(container.Docker.Parameters.Select(parameter => parameter.Key + "=" + parameter.Value),
            Is.EqualTo(new[] { "k=v", "label=MESOS_TASK_ID=a.instance-1._app.1" }));
        Assert.That(container.Docker.PortMappings.Select(mapping => (mapping.ContainerPort, (int?)mapping.HostPort, mapping.Protocol)),
            Is.EqualTo(new[] { (80u, match.HostPorts[0], "udp"), (80u, match.HostPorts[0], "tcp") }));
        Assert.That((container.Volumes.Single().HostPath, container.Volumes.Single().Mode),
            Is.EqualTo(("/h", Mesos.V1.Volume.Types.Mode.Ro)));
        Assert.That(Variables(match.Task), Does.Contain("MARATHON_APP_DOCKER_IMAGE=busybox").And.Contain("PORT_80=" + match.HostPorts[0]));
        Assert.That(match.Task.Command.HasValue, Is.False);
    }

    [Test]
    public void Task_WithAgentHealthCheck_CarriesIt()
    {
        var app = Given.Posted(
            "{'id': 'a', 'cmd': 'xx', 'healthChecks': [{'protocol': 'HTTP'}, {'protocol': 'MESOS_HTTPS', 'path': '/h', 'gracePeriodSeconds': 7, 'maxConsecutiveFailures': 0}]}");
        var match = Matched(Of(), Candidate(app));
        var check = match.Task.HealthCheck;
        Assert.That((check.Type, check.Http.Scheme, check.Http.Path, (int?)check.Http.Port),
            Is.EqualTo((Mesos.V1.HealthCheck.Types.Type.Http, "https", "/h", match.HostPorts[0])));
        Assert.That((check.GracePeriodSeconds, check.ConsecutiveFailures, check.IntervalSeconds), Is.EqualTo((7d, 0u, 60d)));
    }

    [Test]
    public void Task_WithCommandHealthCheck_CarriesTheCommand()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'xx', 'healthChecks': [{'command': {'value': 'curl x'}}]}");
        var check = Matched(Of(), Candidate(app)).Task.HealthCheck;
        Assert.That((check.Type, check.Command.Value, check.Command.Shell),
            Is.EqualTo((Mesos.V1.HealthCheck.Types.Type.Command, "curl x", true)));
    }

    [Test]
    public void Task_WithSchedulerHealthCheckOnly_CarriesNone() =>
        Assert.That(
            Matched(Of(), Candidate(Given.Posted("{'id': 'a', 'cmd': 'xx', 'healthChecks': [{'protocol': 'HTTP'}]}"))).Task.HealthCheck,
            Is.Null);

    [Test]
    public void Task_OfDecoratedApp_CarriesLabelsLimitsGraceAndDiscovery()
    {
        var app = Given.Posted("""
            {"id": "g/a", "cmd": "run", "labels": {"k": "v"}, "taskKillGracePeriodSeconds": 3, "resourceLimits": {"cpus": 2, "mem": "unlimited"},
             "fetch": [{"uri": "http://h/x", "destPath": "y"}], "portDefinitions": [{"port": 0, "name": "http", "labels": {"VIP_0": "w"}}], "tty": true}
            """);
        var match = Matched(Of(), Candidate(app));
        Assert.That(match.Task.Labels.Labels_.Single().Value, Is.EqualTo("v"));
        Assert.That(match.Task.KillPolicy.GracePeriod.Nanoseconds, Is.EqualTo(3_000_000_000));
        Assert.That((match.Task.Limits["cpus"].Value, match.Task.Limits["mem"].Value), Is.EqualTo((2, double.PositiveInfinity)));
        Assert.That(match.Task.Command.Uris.Single().OutputFile, Is.EqualTo("y"));
        Assert.That(match.Task.Container.TtyInfo, Is.Not.Null);
        var port = match.Task.Discovery.Ports.Ports_.Single();
        Assert.That(
            (match.Task.Discovery.Name, port.Name, (int?)port.Number, port.Protocol,
                string.Join(",", port.Labels.Labels_.Select(label => label.Key + "=" + label.Value))),
            Is.EqualTo(("a.g", "http", match.HostPorts[0], "tcp", "VIP_0=w,network-scope=host")));
    }

    [Test]
    public void Task_WithSecrets_CarriesReferencesNotValues()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'xx', 'env': {'PW': {'secret': 's'}}, 'secrets': {'s': {'source': '/vault/s'}}}",
            new SpecSettings { Features = [Features.Secrets] });
        var variable = Matched(Of(), Candidate(app)).Task.Command.Environment.Variables.Single(variable => variable.Name == "PW");
        Assert.That((variable.Type, variable.Secret.Reference.Name, variable.HasValue),
            Is.EqualTo((Mesos.V1.Environment.Types.Variable.Types.Type.Secret, "/vault/s", false)));
    }

    private static IEnumerable<string> Variables(TaskInfo task) =>
        task.Command.Environment.Variables.Select(variable => variable.Name + "=" + variable.Value);
}
