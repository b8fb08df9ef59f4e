using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Validation;

public sealed class AppRulesTests
{
    private const string CmdOrArgs = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";

    private const string Segment =
        @"must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$'";

    [TestCase("", "/: " + CmdOrArgs)]
    [TestCase("'cmd': 'xx', 'args': ['a']", "/: " + CmdOrArgs)]
    [TestCase("'cmd': 'x'", "/: must not be an empty string")]
    [TestCase("'cmd': 'xx', 'portDefinitions': [{'port': 1}, {'port': 1}]", "/portDefinitions: Ports must be unique.")]
    [TestCase("'cmd': 'xx', 'portDefinitions': [{'name': 'a'}, {'name': 'a'}]", "/portDefinitions: Port names must be unique.")]
    [TestCase("'cmd': 'xx', 'healthChecks': [{'portIndex': 1}]",
        "/healthChecks(0): Health check port indices must address an element of the ports array or container port mappings.")]
    [TestCase("'cmd': 'xx', 'portDefinitions': [], 'healthChecks': [{'protocol': 'TCP'}]",
        "/healthChecks(0): Health check port indices must address an element of the ports array or container port mappings.")]
    [TestCase("'cmd': 'xx', 'healthChecks': [{'protocol': 'MESOS_HTTP'}, {'protocol': 'MESOS_TCP'}]",
        "/: AppDefinition can contain at most one Mesos health check")]
    [TestCase("'cmd': 'xx', 'healthChecks': [{'ipProtocol': 'IPv6'}]",
        "/healthChecks(0): IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks")]
    [TestCase("'cmd': 'xx', 'healthChecks': [{'protocol': 'COMMAND'}]", "/healthChecks(0)/command: not defined")]
    [TestCase("'cmd': 'xx', 'readinessChecks': [{}]", "/readinessChecks(0)/portName: No port definition reference for portName http-api")]
    [TestCase("'cmd': 'xx', 'readinessChecks': [{'portName': 'default', 'intervalSeconds': 5}]", "/readinessChecks(0)/timeoutSeconds: got 10, expected less than 5")]
    [TestCase("'cmd': 'xx', 'acceptedResourceRoles': []", "/acceptedResourceRoles: must not be empty")]
    [TestCase("'cmd': 'xx', 'labels': {'MARATHON_SINGLE_INSTANCE_APP': 'true'}",
        "/upgradeStrategy/minimumHealthCapacity: got 1.0, expected 0.0", "/upgradeStrategy/maximumOverCapacity: got 1.0, expected 0.0")]
    [TestCase("'cmd': 'xx', 'instances': 2, 'labels': {'MARATHON_SINGLE_INSTANCE_APP': 'true'}, 'upgradeStrategy': {'minimumHealthCapacity': 0, 'maximumOverCapacity': 0}",
        "/: Single instance app may only have one instance")]
    [TestCase("'cmd': 'xx', 'unreachableStrategy': {'inactiveAfterSeconds': 5}", "/unreachableStrategy/inactiveAfterSeconds: got 5, expected 0 or less")]
    [TestCase("'cmd': 'xx', 'constraints': [['hostname']]", "/constraints(0): Each constraint must have either 2 or 3 fields")]
    [TestCase("'cmd': 'xx', 'constraints': [['hostname', 'UNIQUE', 'x']]", "/constraints(0): Value specified but not used")]
    [TestCase("'cmd': 'xx', 'constraints': [['a', 'NEAR']]",
        "/constraints(0): Constraint operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS")]
    [TestCase("'cmd': 'xx', 'constraints': [['a', 'GROUP_BY', 'x']]", "/constraints(0): Value was specified but is not a number")]
    [TestCase("'cmd': 'xx', 'constraints': [['a', 'MAX_PER']]", "/constraints(0): Value was not specified or is not a number")]
    [TestCase("'cmd': 'xx', 'constraints': [['a', 'LIKE', '(']]", "/constraints(0): '(' is not a valid regular expression")]
    [TestCase("'cmd': 'xx', 'constraints': [['a', 'LIKE', 'a)|(b']]", "/constraints(0): 'a)|(b' is not a valid regular expression")]
    [TestCase("'cmd': 'xx', 'networks': [{'mode': 'host', 'name': 'n'}]", "/networks: Host networks may not have names or labels")]
    [TestCase("'cmd': 'xx', 'networks': [{'mode': 'container/bridge', 'name': 'n'}]", "/networks: Bridge networks may not have names")]
    [TestCase("'cmd': 'xx', 'networks': [{'name': 'n'}, {'name': 'n'}]", "/networks: Duplicate networks are not allowed")]
    [TestCase("'cmd': 'xx', 'networks': [{'mode': 'host'}, {'name': 'n'}], 'portDefinitions': []",
        "/networks: May specify a single host network, single bridge network, or else 1-to-n container networks")]
    [TestCase("'container': {'docker': {'image': 'i'}}, 'networks': [{'name': 'm'}, {'name': 'n'}]",
        "/: may only specify a single container network when using the Docker container engine")]
    [TestCase("'cmd': 'xx', 'gpus': 1", "/: Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)")]
    [TestCase("'cmd': 'xx', 'secrets': {'s': {'source': 't'}}", "/secrets: Feature secrets is not enabled. Enable with --enable_features secrets)")]
    [TestCase("'cmd': 'xx', 'fetch': [{'uri': 'http://a b'}]", "/fetch(0)/uri: URI has invalid syntax.")]
    [TestCase("'cmd': 'xx', 'resourceLimits': {'mem': 5}", "/resourceLimits/mem: must be greater than or equal to 128")]
    [TestCase("'cmd': 'xx', 'container': {'type': 'DOCKER'}", "/container/docker: not defined")]
    [TestCase("'cmd': 'xx', 'container': {'type': 'MESOS', 'docker': {'image': 'i', 'network': 'HOST'}}", "/container/docker/network: must be empty")]
    [TestCase("'cmd': 'xx', 'container': {'type': 'MESOS', 'linuxInfo': {'seccomp': {}}}",
        "/container/linuxInfo/seccomp: Seccomp unconfined must be true when Profile is NOT defined")]
    public void Post_BrokenRule_IsNamed(string members, params string[] problems) =>
        Assert.That(Given.Problems(Given.Refused("{'id': 'a'" + (members.Length > 0 ? ", " : "") + members + "}")), Is.EqualTo(problems));

    [TestCase("/trailing/", null)]
    [TestCase("/a.b/c-d", null)]
    [TestCase("/", "/: must not be root")]
    [TestCase("/a/restart", "/id: must not end with any of the following reserved keywords: restart, tasks, versions, ., ..")]
    public void Post_Id_IsJudged(string id, string? problem)
    {
        if (problem is null)
        {
            Assert.That(Given.Posted("{'id': '" + id + "', 'cmd': 'xx'}"), Is.Not.Null);
        }
        else
        {
            Assert.That(Given.Problems(Given.Refused("{'id': '" + id + "', 'cmd': 'xx'}")), Does.Contain(problem));
        }
    }

    [TestCase("/app!")]
    [TestCase("/asd asd")]
    [TestCase("/app-")]
    [TestCase("/nest./ted")]
    [TestCase("/.../asd")]
    [TestCase("/A")]
    public void Post_IdOutsideTheSchema_IsRefusedByIt(string id) =>
        Assert.That(Given.Problems(Given.Refused("{'id': '" + id + "', 'cmd': 'xx'}")), Is.EqualTo(new[] { "/id: error.pattern" }));

    [Test]
    public void Update_IdFromTheUrl_IsJudgedBySegments()
    {
        var id = PathId.Parse("/Web_1");
        var error = Offerbook.Apps.Groups.AppEdits.Update(Offerbook.Apps.Groups.RootGroup.Empty, id, Given.Draft("{'cmd': 'xx'}"), true,
            true, Given.Settings, (_, _) => null).Error;
        Assert.That(Given.Problems(error), Is.EqualTo(new[] { "/id: " + Segment }));
    }

    [Test]
    public void Put_BottomlessIds_AreRefusedBeforeTheTreeIsTouched()
    {
        var deep = string.Concat(Enumerable.Repeat("a/", 200_000)) + "a";
        const string problem = "/id: must not have more than 64 segments or 1024 characters";
        Assert.That(Given.Problems(Given.Refused("{'id': '" + deep + "', 'cmd': 'xx'}")), Is.EqualTo(new[] { problem }));
        var group = Offerbook.Apps.Groups.GroupEdits.Put(Offerbook.Apps.Groups.RootGroup.Empty, PathId.Root,
            Given.GroupDraft("{'id': '" + deep + "'}"), Given.Settings, _ => null);
        Assert.That(Given.Problems(group.Error), Is.EqualTo(new[] { problem }));
    }

    [Test]
    public void Post_HugePattern_IsRefused() =>
        Assert.That(
            Given.Problems(Given.Refused("{'id': 'a', 'cmd': 'xx', 'constraints': [['a', 'LIKE', '" + new string('x', 1_001) + "']]}"))
                .Single(),
            Does.EndWith("is not a valid regular expression"));

    [TestCase("'containerPath': '.', 'mode': 'RW', 'persistent': {'size': 1}", "/container/volumes(0)/containerPath: must not be one of (., ..)")]
    [TestCase("'containerPath': 'a/b', 'mode': 'RW', 'persistent': {'size': 1}", "/container/volumes(0)/containerPath: value must not contain \"/\"")]
    [TestCase("'containerPath': 'd', 'mode': 'RO', 'persistent': {'size': 1}", "/container/volumes(0)/mode: must be equal to RW")]
    [TestCase("'containerPath': 'd', 'mode': 'RW', 'persistent': {'size': 0}", "/container/volumes(0)/persistent/size: got 0, expected more than 0")]
    [TestCase("'containerPath': 'd', 'mode': 'RW', 'persistent': {'size': 1, 'maxSize': 2}", "/container/volumes(0)/persistent: Only mount volumes can have maxSize")]
    [TestCase("'containerPath': 'd', 'mode': 'RW', 'persistent': {'size': 2, 'maxSize': 2, 'type': 'mount'}", "/container/volumes(0)/persistent: Max size must be larger than size")]
    public void Post_PersistentVolume_WithAMistake_IsRefused(string volume, string problem) =>
        Assert.That(Given.Problems(Given.Refused("{'id': 'a', 'cmd': 'xx', 'container': {'type': 'MESOS', 'volumes': [{" + volume + "}]}}",
            new SpecSettings())), Does.Contain(problem));

    [Test]
    public void Post_ManyMistakes_AreAllNamedAtOnce() =>
        Assert.That(
            Given.Problems(Given.Refused("{'id': 'a', 'portDefinitions': [{'port': 1}, {'port': 1}], 'constraints': [['a']], 'gpus': 1}"))
                .Count(), Is.EqualTo(4));
}
