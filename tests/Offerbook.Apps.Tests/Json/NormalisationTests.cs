using Offerbook.Apps.Groups;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Json;

public sealed class NormalisationTests
{
    private static readonly SpecSettings WithNetwork = new() { DefaultNetworkName = "dcos" };

    [Test]
    public void Posted_Minimal_GetsTheServersDefaults()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1'}");
        Assert.That(app.Networks, Is.EqualTo((ValueList<Network>)[Network.Host]));
        Assert.That(app.PortDefinitions, Is.EqualTo((ValueList<PortDefinition>)[PortDefinition.Default]));
        Assert.That(app, Has.Property("Instances").EqualTo(1).And.Property("Role").EqualTo("*"));
    }

    [Test]
    public void Posted_EmptyPortArray_MeansNoPorts() =>
        Assert.That(Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'portDefinitions': []}").PortDefinitions, Is.Empty);

    [Test]
    public void Posted_LegacyPorts_BecomePortDefinitions()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'ports': [8080, 0]}");
        Assert.That(app.PortDefinitions.Select(port => port.Port), Is.EqualTo(new[] { 8080, 0 }));
        Assert.That(app.PortDefinitions.Select(port => port.Name), Is.All.Null);
    }

    [Test]
    public void Posted_Uris_BecomeFetchWithExtraction()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'uris': ['http://h/a.tar.gz', 'http://h/b.sh']}");
        Assert.That(app.Fetch.Select(artifact => (artifact.Uri, artifact.Extract)),
            Is.EqualTo(new[] { ("http://h/a.tar.gz", true), ("http://h/b.sh", false) }));
    }

    [Test]
    public void Posted_LegacyBridgedDocker_BecomesNetworkAndMappings()
    {
        var app = Given.Posted("""
            {"id": "a", "container": {"type": "DOCKER", "docker": {"image": "busybox", "network": "BRIDGE",
              "portMappings": [{"containerPort": 80}, {"containerPort": 53, "hostPort": 0, "protocol": "udp", "servicePort": 9000}]}}}
            """);
        Assert.That(app.Networks[0].Mode, Is.EqualTo(NetworkMode.ContainerBridge));
        Assert.That(app.PortMappings.Select(mapping => (mapping.ContainerPort, mapping.HostPort, mapping.Protocol)),
            Is.EqualTo(new[] { (80, (int?)0, NetworkProtocol.Tcp), (53, 0, NetworkProtocol.Udp) }));
        Assert.That(app.PortDefinitions, Is.Empty);
    }

    [Test]
    public void Posted_LegacyIpAddress_BecomesContainerNetwork()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'ipAddress': {'networkName': 'n', 'labels': {'k': 'v'},"
            + " 'discovery': {'ports': [{'number': 80, 'name': 'http', 'protocol': 'tcp'}]}}}");
        Assert.That(app.Networks, Is.EqualTo((ValueList<Network>)[new Network(NetworkMode.Container, "n", ValueMap.Of(("k", "v")))]));
        Assert.That(app.Container!.Type, Is.EqualTo(EngineType.Mesos));
        Assert.That(app.PortMappings.Single(), Is.EqualTo(PortMapping.Default with { ContainerPort = 80, Name = "http" }));
    }

    [Test]
    public void Posted_UnnamedContainerNetwork_TakesTheDefaultNameOrIsRefused()
    {
        const string json = "{'id': 'a', 'cmd': 'sleep 1', 'networks': [{'mode': 'container'}]}";
        Assert.That(Given.Posted(json, WithNetwork).Networks[0].Name, Is.EqualTo("dcos"));
        Assert.That(Given.Problems(Given.Refused(json)),
            Is.EqualTo(new[] { "/networks: Network name must be specified when container network is selected." }));
    }

    [Test]
    public void Posted_ContainerNetworkWithoutMappings_GetsOne()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'networks': [{'name': 'n'}]}");
        Assert.That(app.PortMappings, Is.EqualTo((ValueList<PortMapping>)[PortMapping.Default]));
        Assert.That(
            Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'networks': [{'name': 'n'}], 'container': {'type': 'MESOS', 'portMappings': []}}")
                .PortMappings, Is.Empty);
    }

    [Test]
    public void Posted_NotHostNetworking_DropsRequirePorts() =>
        Assert.That(Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'networks': [{'name': 'n'}], 'requirePorts': true}").RequirePorts,
            Is.False);

    [Test]
    public void Posted_HealthCheckWithoutPort_GetsTheFirst()
    {
        var app = Given.Posted(
            "{'id': 'a', 'cmd': 'sleep 1', 'healthChecks': [{'path': '/'}, {'port': 80}, {'command': {'value': 'true'}}]}");
        Assert.That(app.HealthChecks.Select(check => (check.Protocol, check.PortIndex, check.Port)),
            Is.EqualTo(new[] { (HealthProtocol.Http, (int?)0, (int?)null), (HealthProtocol.Http, null, 80),
                (HealthProtocol.Command, null, null) }));
    }

    [Test]
    public void Posted_ReadinessCheck_GetsCode200()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'portDefinitions': [{'name': 'http-api'}], 'readinessChecks': [{}]}");
        Assert.That(app.ReadinessChecks.Single().HttpStatusCodesForReady, Is.EqualTo((ValueSet<int>)[200]));
    }

    [Test]
    public void Posted_RelativeDependencies_AreOfTheRoot() =>
        Assert.That(
            Given.Posted("{'id': '/g/a', 'cmd': 'sleep 1', 'dependencies': ['../b', '/c', 'd']}").Dependencies.Select(id => id.ToString()),
            Is.EqualTo(new[] { "/b", "/c", "/d" }));

    [Test]
    public void Posted_PersistentVolume_ChangesTheDefaults()
    {
        var app = Given.Posted("""
            {"id": "a", "cmd": "sleep 1", "container": {"type": "MESOS",
              "volumes": [{"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}]}}
            """, new SpecSettings());
        Assert.That(app.UpgradeStrategy, Is.EqualTo(UpgradeStrategy.ForVolumes));
        Assert.That(app.UnreachableStrategy, Is.InstanceOf<UnreachableStrategy.Disabled>());
    }

    [TestCase("'uris': ['http://h/a'], 'fetch': [{'uri': 'http://h/b'}]", "/uris: may not be set in conjunction with fetch")]
    [TestCase("'ports': [1], 'portDefinitions': [{'port': 2}]", "/: cannot specify both ports and port definitions")]
    [TestCase("'ports': [1, 1]", "/: ports must be unique", "/portDefinitions: Ports must be unique.")]
    [TestCase("'ipAddress': {'networkName': 'n'}, 'networks': [{'mode': 'host'}]", "/: must not specify both networks and ipAddress")]
    [TestCase("'ipAddress': {'networkName': 'n'}, 'ports': [1]", "/: cannot specify both an IP address and port",
        "/: portDefinitions are only allowed with host-networking")]
    [TestCase("'networks': [{'name': 'n'}], 'portDefinitions': [{'port': 1}]", "/: portDefinitions are only allowed with host-networking")]
    [TestCase("'container': {'type': 'MESOS', 'portMappings': [{'containerPort': 1}]}", "/: portMappings are not allowed with host-networking")]
    public void Posted_ContradictingMembers_AreRefused(string members, params string[] problems) =>
        Assert.That(Given.Problems(Given.Refused("{'id': 'a', 'cmd': 'sleep 1', " + members + "}")), Is.EqualTo(problems));

    [Test]
    public void PartialUpdate_AbsentMembers_KeepWhatIsThere()
    {
        var app = Given.Posted(
            "{'id': 'a', 'cmd': 'sleep 1', 'cpus': 2, 'env': {'A': 'b'}, 'labels': {'l': 'm'}, 'executorResources': {}}");
        var edit = AppEdits.Update(Given.Tree(app), app.Id, Given.Draft("{'instances': 3, 'env': {'C': 'd'}, 'labels': null}"),
            isPartial: true, mayCreate: true, Given.Settings, (_, _) => null).Value!;
        Assert.That(edit.Apps[0],
            Is.EqualTo(app with { Instances = 3, Env = ValueMap.Of(("C", (EnvValue)new EnvValue.Text("d"))), ExecutorResources = null }));
    }

    [Test]
    public void PartialUpdate_FromHostToContainer_ReplacesThePorts()
    {
        var app = Given.App("/a");
        var edit = AppEdits.Update(Given.Tree(app), app.Id, Given.Draft("{'networks': [{'name': 'n'}]}"),
            isPartial: true, mayCreate: true, Given.Settings, (_, _) => null).Value!;
        Assert.That(edit.Apps[0].PortDefinitions, Is.Empty);
        Assert.That(edit.Apps[0].PortMappings, Is.EqualTo((ValueList<PortMapping>)[PortMapping.Default]));
    }

    [Test]
    public void FullUpdate_AbsentMembers_GetTheirDefaults()
    {
        var app = Given.Posted("{'id': 'a', 'cmd': 'sleep 1', 'cpus': 2, 'instances': 5}");
        var edit = AppEdits.Update(Given.Tree(app), app.Id, Given.Draft("{'cmd': 'sleep 2'}"),
            isPartial: false, mayCreate: true, Given.Settings, (_, _) => null).Value!;
        Assert.That((edit.Apps[0].Resources.Cpus, edit.Apps[0].Instances), Is.EqualTo((Quantity.Of(1), 1)));
    }

    [Test]
    public void Written_DeprecatedMembers_AreNeverThere()
    {
        var json = AppWriter.Write(Given.Posted("""
            {"id": "a", "uris": ["http://h/a"], "container": {"docker": {"image": "i", "network": "BRIDGE", "portMappings": [{"containerPort": 1}]}}}
            """));
        Assert.That(json.Properties().Select(member => member.Name), Has.None.AnyOf("ports", "uris", "ipAddress"));
        Assert.That(json["container"]!["docker"]!["network"], Is.Null);
        Assert.That(json["container"]!["docker"]!["portMappings"], Is.Null);
    }
}
