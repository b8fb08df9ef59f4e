using Offerbook.Wire.Http;

namespace Offerbook.Cli.Local;

/// <summary>What <c>offerbook local</c> was asked for. Port 0 means any free port.</summary>
internal sealed record LocalOptions
{
    /// <summary>More agents than this in one process would only measure each other.</summary>
    public const int MaxAgents = 64;

    public required string DataDirectory { get; init; }
    public required int MasterPort { get; init; }

    /// <summary>Port of the first agent; the others take the ports after it.</summary>
    public required int AgentPort { get; init; }

    public required int AppsPort { get; init; }
    public required int BatchPort { get; init; }
    public required int Agents { get; init; }

    /// <summary>Text form, for instance <c>cpus:64;mem:65536</c>; null detects what the machine has.</summary>
    public string? AgentResources { get; init; }

    /// <summary>What each agent is, in order, as <c>rack:a;disk:ssd</c>; agents beyond the last have none.</summary>
    public IReadOnlyList<string> AgentAttributes { get; init; } = [];

    /// <summary>A group to submit and report on, or null.</summary>
    public string? Group { get; init; }

    public bool StopTasks { get; init; }

    /// <summary>When set, the master lets nobody else in, and the other parts show this.</summary>
    public Credential? Credential { get; init; }
}
