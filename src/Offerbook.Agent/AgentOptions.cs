using System.Net;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Registration;
using Offerbook.Coordination;
using Offerbook.Wire.Hosting.Logging;
using Offerbook.Wire.Http;

namespace Offerbook.Agent;

/// <summary>How to start an agent.</summary>
/// <param name="WorkDirectory">Sandboxes under <c>slaves/</c>, the agent's own state under <c>meta/</c>. Created if missing. One agent at a
/// time may hold it.</param>
/// <param name="Masters">Where masters are, for instance <c>http://127.0.0.1:5050</c>; any of them will do, the leader is found from there.
/// Empty only with <see cref="DetectMaster"/>.</param>
public sealed record AgentOptions(string WorkDirectory, IReadOnlyList<Uri> Masters)
{
    /// <summary>Makes what tells the leading master, in place of a list; the agent disposes of it. Null: the list.</summary>
    public Func<Task<ILeaderDetector>>? DetectMaster { get; init; }

    /// <summary>Where masters are, as may be shown to anybody; null: the list.</summary>
    public string? ShownMaster { get; init; }

    /// <summary>Default: loopback.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes any free port. Default 5051.</summary>
    public int Port { get; init; } = 5051;

    /// <summary>The command line flag that changes the port, for the text of the error when it is taken.</summary>
    public string PortFlag { get; init; } = "--port";

    /// <summary>The name under which others reach this host; default: the advertised address.</summary>
    public string? Hostname { get; init; }

    /// <summary>
    /// The address under which others reach this host; default: the listening address, or loopback if that is a wildcard.
    /// </summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>What is shown to the master; null when the master lets everybody in.</summary>
    public Credential? Credential { get; init; }

    /// <summary>
    /// For instance <c>cpus:4;mem:8192;ports:[31000-32000]</c>, or a JSON array of Resource messages; what it does not name is
    /// detected. This and the next three may be <c>file:///PATH</c>: then that file says it.
    /// </summary>
    public string? Resources { get; init; }

    /// <summary>Offered as revocable on top of <see cref="Resources"/>, for instance <c>cpus:4;mem:1024</c>; default: nothing.</summary>
    public string? OversubscribedResources { get; init; }

    /// <summary>For instance <c>rack:a;zone:b</c>.</summary>
    public string? Attributes { get; init; }

    /// <summary>The fault domain as JSON: <c>{"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}</c>; default: none.</summary>
    public string? Domain { get; init; }

    /// <summary>How resources, attributes, host name and domain may differ from the agent's last life. Default: in any way.</summary>
    public ReconfigurationPolicy Reconfiguration { get; init; } = ReconfigurationPolicy.Any;

    /// <summary>A directory to add at the end of the PATH of tasks.</summary>
    public string? ExtraPath { get; init; }

    /// <summary>What is kept of tasks that have ended.</summary>
    public SandboxOptions Sandboxes { get; init; } = new();

    /// <summary>How the files that tasks name are brought into their sandboxes.</summary>
    public FetchOptions Fetch { get; init; } = new();

    public DockerOptions Docker { get; init; } = new();

    public IsolationOptions Isolation { get; init; } = new();

    public ExecutorOptions Executors { get; init; } = new();

    public AgentSecurityOptions Security { get; init; } = AgentSecurityOptions.None;

    /// <summary>The file that is shown as <c>/slave/log</c>; null: none.</summary>
    public string? LogFile { get; init; }

    /// <summary>Where <see cref="LogFile"/> is written to by this program; null: something else writes it, if anything does.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Nothing is logged on the console. Default: it is.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>What the log holds while nobody asks for more. Default: information and above.</summary>
    public LogLevel LogMinimum { get; init; } = LogLevel.Information;

    /// <summary>Changes what is logged while the agent runs; null: it cannot be changed.</summary>
    public LogVerbosity? Verbosity { get; init; }

    /// <summary>Between two signs of life on streams of a container's output. Default 30 s.</summary>
    public TimeSpan HttpHeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Connections at once; one more is closed unanswered. An executor has two, and 10,000 tasks may each have one. Default 50,000.
    /// </summary>
    public int MaxConnections { get; init; } = 50_000;

    /// <summary>Adjusts the timings and bounds of the core.</summary>
    public Func<AgentSettings, AgentSettings> Tune { get; init; } = settings => settings;

    /// <summary>Whether disposing the host kills the tasks. Default: they go on and the next agent takes them over.</summary>
    public bool StopTasksOnExit { get; init; }

    /// <summary>The grace period of those kills. Default 3 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);
}
