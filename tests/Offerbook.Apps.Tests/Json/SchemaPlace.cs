using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Schema;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Json;

public enum DocumentKind
{
    App,

    /// <summary>A change of an app: nothing in it is required.</summary>
    AppUpdate,

    Pod,
    Group,
}

/// <summary>Where an object of a type stands in a document in which everything else is right.</summary>
/// <param name="At">A path; empty for the document itself.</param>
public sealed record SchemaPlace(DocumentKind Kind, string Type, string Document, string At)
{
    private static readonly SpecSettings s_settings = new()
    {
        Features = [Features.Secrets, Features.ExternalVolumes, Features.GpuResources],
    };

    public static IReadOnlyList<SchemaPlace> All { get; } =
    [
        new(DocumentKind.App, "App", "{'id':'/a','cmd':'sleep 100'}", ""),
        new(DocumentKind.App, "UpgradeStrategy",
            "{'id':'/a','cmd':'sleep 100','upgradeStrategy':{'minimumHealthCapacity':0.5,'maximumOverCapacity':0.5}}", "upgradeStrategy"),
        new(DocumentKind.App, "UnreachableEnabled", "{'id':'/a','cmd':'sleep 100','unreachableStrategy':{}}", "unreachableStrategy"),
        new(DocumentKind.App, "Artifact", "{'id':'/a','cmd':'sleep 100','fetch':[{'uri':'http://a/b'}]}", "fetch[0]"),
        new(DocumentKind.App, "PortDefinition", "{'id':'/a','cmd':'sleep 100','portDefinitions':[{}]}", "portDefinitions[0]"),
        new(DocumentKind.App, "Network", "{'id':'/a','cmd':'sleep 100','networks':[{'mode':'container','name':'n'}]}", "networks[0]"),
        new(DocumentKind.App, "AppHealthCheck", "{'id':'/a','cmd':'sleep 100','healthChecks':[{}]}", "healthChecks[0]"),
        new(DocumentKind.App, "AppCommandCheck",
            "{'id':'/a','cmd':'sleep 100','healthChecks':[{'protocol':'COMMAND','command':{'value':'true'}}]}", "healthChecks[0].command"),
        new(DocumentKind.App, "AppCheck", "{'id':'/a','cmd':'sleep 100','check':{'tcp':{'port':80}}}", "check"),
        new(DocumentKind.App, "AppHttpCheck", "{'id':'/a','cmd':'sleep 100','check':{'http':{'port':80}}}", "check.http"),
        new(DocumentKind.App, "AppTcpCheck", "{'id':'/a','cmd':'sleep 100','check':{'tcp':{'port':80}}}", "check.tcp"),
        new(DocumentKind.App, "CommandCheck", "{'id':'/a','cmd':'sleep 100','check':{'exec':{'command':{'shell':'true'}}}}", "check.exec"),
        new(DocumentKind.App, "ReadinessCheck",
            "{'id':'/a','cmd':'sleep 100','portDefinitions':[{'name':'http-api'}],'readinessChecks':[{}]}", "readinessChecks[0]"),
        new(DocumentKind.App, "Container", "{'id':'/a','cmd':'sleep 100','container':{'docker':{'image':'i'}}}", "container"),
        new(DocumentKind.App, "DockerContainer", "{'id':'/a','cmd':'sleep 100','container':{'type':'DOCKER','docker':{'image':'i'}}}",
            "container.docker"),
        new(DocumentKind.App, "DockerParameter",
            "{'id':'/a','cmd':'sleep 100','container':{'docker':{'image':'i','parameters':[{'key':'k','value':'v'}]}}}",
            "container.docker.parameters[0]"),
        new(DocumentKind.App, "DockerPullConfig",
            "{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}},'container':{'type':'MESOS','docker':{'image':'i','pullConfig':{'secret':'s'}}}}", "container.docker.pullConfig"),
        new(DocumentKind.App, "ContainerPortMapping",
            "{'id':'/a','cmd':'sleep 100','networks':[{'mode':'container','name':'n'}],'container':{'type':'MESOS','portMappings':[{}]}}",
            "container.portMappings[0]"),
        new(DocumentKind.App, "AppHostVolume",
            "{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','volumes':[{'containerPath':'/a','hostPath':'/b','mode':'RO'}]}}",
            "container.volumes[0]"),
        new(DocumentKind.App, "PersistentVolumeInfo",
            "{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','volumes':[{'containerPath':'a','mode':'RW','persistent':{'size':10}}]}}", "container.volumes[0].persistent"),
        new(DocumentKind.App, "SecretDef", "{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}}}", "secrets.s"),
        new(DocumentKind.App, "EnvVarSecret", "{'id':'/a','cmd':'sleep 100','secrets':{'s':{'source':'x'}},'env':{'E':{'secret':'s'}}}",
            "env.E"),
        new(DocumentKind.App, "ExecutorResources", "{'id':'/a','cmd':'sleep 100','executorResources':{}}", "executorResources"),
        new(DocumentKind.App, "Seccomp",
            "{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','linuxInfo':{'seccomp':{'unconfined':true}}}}",
            "container.linuxInfo.seccomp"),
        new(DocumentKind.App, "IPCInfo",
            "{'id':'/a','cmd':'sleep 100','container':{'type':'MESOS','linuxInfo':{'ipcInfo':{'mode':'PRIVATE'}}}}",
            "container.linuxInfo.ipcInfo"),
        new(DocumentKind.App, "IpAddress", "{'id':'/a','cmd':'sleep 100','ipAddress':{'networkName':'n'}}", "ipAddress"),
        new(DocumentKind.App, "IpDiscoveryPort",
            "{'id':'/a','cmd':'sleep 100','ipAddress':{'networkName':'n','discovery':{'ports':[{'number':80,'name':'http'}]}}}",
            "ipAddress.discovery.ports[0]"),
        new(DocumentKind.AppUpdate, "App", "{'cmd':'sleep 100'}", ""),
        new(DocumentKind.Pod, "Pod",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}]}", ""),
        new(DocumentKind.Pod, "PodContainer",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}]}", "containers[0]"),
        new(DocumentKind.Pod, "Resources",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}]}",
            "containers[0].resources"),
        new(DocumentKind.Pod, "MesosExec",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}]}",
            "containers[0].exec"),
        new(DocumentKind.Pod, "Endpoint",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'endpoints':[{'name':'e','containerPort':80}]}],'networks':[{'mode':'container','name':'n'}]}", "containers[0].endpoints[0]"),
        new(DocumentKind.Pod, "Image",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'image':{'kind':'DOCKER','id':'i'}}]}", "containers[0].image"),
        new(DocumentKind.Pod, "Lifecycle",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'lifecycle':{'killGracePeriodSeconds':1}}]}", "containers[0].lifecycle"),
        new(DocumentKind.Pod, "HealthCheck",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'healthCheck':{'exec':{'command':{'shell':'x'}}}}]}", "containers[0].healthCheck"),
        new(DocumentKind.Pod, "Check",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'check':{'exec':{'command':{'shell':'x'}}}}]}", "containers[0].check"),
        new(DocumentKind.Pod, "HttpCheck",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'endpoints':[{'name':'e'}],'healthCheck':{'http':{'endpoint':'e'}}}]}", "containers[0].healthCheck.http"),
        new(DocumentKind.Pod, "TcpCheck",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'endpoints':[{'name':'e'}],'healthCheck':{'tcp':{'endpoint':'e'}}}]}", "containers[0].healthCheck.tcp"),
        new(DocumentKind.Pod, "VolumeMount",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'volumeMounts':[{'name':'v','mountPath':'m'}]}],'volumes':[{'name':'v'}]}", "containers[0].volumeMounts[0]"),
        new(DocumentKind.Pod, "PodEphemeralVolume",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'volumeMounts':[{'name':'v','mountPath':'m'}]}],'volumes':[{'name':'v'}]}", "volumes[0]"),
        new(DocumentKind.Pod, "PodHostVolume",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'volumeMounts':[{'name':'v','mountPath':'m'}]}],'volumes':[{'name':'v','host':'/h'}]}", "volumes[0]"),
        new(DocumentKind.Pod, "PodSecretVolume",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32},'volumeMounts':[{'name':'v','mountPath':'m'}]}],'secrets':{'s':{'source':'x'}},'volumes':[{'name':'v','secret':'s'}]}", "volumes[0]"),
        new(DocumentKind.Pod, "FixedPodScalingPolicy",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scaling':{'kind':'fixed','instances':1}}", "scaling"),
        new(DocumentKind.Pod, "PodSchedulingPolicy",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scheduling':{}}",
            "scheduling"),
        new(DocumentKind.Pod, "PodSchedulingBackoffStrategy",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scheduling':{'backoff':{}}}", "scheduling.backoff"),
        new(DocumentKind.Pod, "PodUpgradeStrategy",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scheduling':{'upgrade':{}}}", "scheduling.upgrade"),
        new(DocumentKind.Pod, "PodPlacementPolicy",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scheduling':{'placement':{}}}", "scheduling.placement"),
        new(DocumentKind.Pod, "Constraint",
            "{'id':'/p','containers':[{'name':'a','exec':{'command':{'shell':'x'}},'resources':{'cpus':1,'mem':32}}],'scheduling':{'placement':{'constraints':[{'fieldName':'hostname','operator':'UNIQUE'}]}}}", "scheduling.placement.constraints[0]"),
        new(DocumentKind.Group, "GroupUpdate", "{'id':'/g'}", ""),
        new(DocumentKind.Group, "GroupUpdate", "{'id':'/g','groups':[{'id':'h'}]}", "groups[0]"),
    ];

    /// <summary>The app of that type, whose place in a document there is one of.</summary>
    public static SchemaPlace OfApp(string type) => All.Single(place => place.Kind == DocumentKind.App && place.Type == type);

    public JObject Parse(out JObject at)
    {
        var document = JObject.Parse(Document.Replace('\'', '"'));
        at = (JObject)document.SelectToken(At)!;
        return document;
    }

    public string PathOf(string member)
    {
        var at = At.Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal).Replace('.', '/');
        return (at.Length > 0 ? "/" + at : "") + "/" + member;
    }

    /// <summary>What is wrong with the form of a document, as paths and errors.</summary>
    public List<(string Path, string Error)> Errors(JObject document)
    {
        var error = Kind switch
        {
            DocumentKind.App => Documents.ReadApp(document).Error,
            DocumentKind.AppUpdate => Documents.ReadAppUpdate(document).Error,
            DocumentKind.Pod => PodReader.Read(document).Error,
            _ => Documents.ReadGroup(document).Error,
        };
        return error is null ? [] : (error.Body["details"] as JArray)?
            .SelectMany(detail => detail["errors"]!.Select(text => ((string)detail["path"]!, (string)text!))).ToList()
            ?? [("", error.Message)];
    }

    public List<(string Path, string Error)> ErrorsWith(string member, JToken value)
    {
        var document = Parse(out var at);
        at[member] = value;
        return Errors(document);
    }

    /// <summary>What stands at the place in the document as it is written when it was understood.</summary>
    public JToken Written(JObject document) =>
        (Kind == DocumentKind.Pod ? WrittenPod(document) : AppWriter.Write(Given.Posted(document.ToString(), s_settings))).SelectToken(At)!;

    public override string ToString() => Kind == DocumentKind.AppUpdate ? "update" : At.Length > 0 ? At : Kind.ToString();

    private static JObject WrittenPod(JObject document)
    {
        var draft = PodReader.Read(document);
        Assert.That(draft.Error?.ToString(), Is.Null);
        var created = PodEdits.Create(RootGroup.Empty, draft.Value!, s_settings);
        Assert.That(created.Error?.Body.ToString(), Is.Null, document.ToString());
        return PodWriter.Write(created.Value!.Pod);
    }
}
