using System.Text.Json;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>The labels that tell our containers from others', and from those of other agents that use the same engine.</summary>
/// <param name="Agent">Of the work directory, drawn when it first needed an engine.</param>
/// <param name="BootId">Of the machine, when the container was made.</param>
internal sealed record DockerLabels(string Agent, string BootId)
{
    private const string AgentLabel = DockerParameters.OwnLabels + "agent";
    private const string ContainerLabel = DockerParameters.OwnLabels + "container";
    private const string BootLabel = DockerParameters.OwnLabels + "boot";

    /// <summary>Picks this agent's, as a filter's value.</summary>
    public string Filter => $"{AgentLabel}={Agent}";

    public IEnumerable<KeyValuePair<string, string>> Of(ContainerId container) =>
        [new(AgentLabel, Agent), new(ContainerLabel, container.Value), new(BootLabel, BootId)];

    /// <summary>Which of our containers an engine speaks of, given the object that holds its labels.</summary>
    public ContainerId? Container(JsonElement labels) =>
        labels.Text(AgentLabel) == Agent && labels.Text(ContainerLabel) is { Length: > 0 } id ? new ContainerId(id) : null;
}
