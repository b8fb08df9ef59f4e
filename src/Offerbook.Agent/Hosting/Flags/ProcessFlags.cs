using Microsoft.Extensions.Logging;
using Offerbook.Coordination.Hosting;
using Offerbook.Wire.Flags;
using static Offerbook.Agent.Hosting.Flags.AgentFlagValues;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about the process: addresses, who may enter, the log, the master.</summary>
internal static class ProcessFlags
{
    public static IReadOnlyList<Flag<AgentOptions>> All { get; } =
    [
        Option("advertise_ip", "", (text, options) => options with { AdvertisedAddress = Address(text) },
            options => (options.AdvertisedAddress ?? options.ListenAddress).ToString()),
        Option("authenticate_http_executors", "Executors are given a token at their launch and show it",
            (text, options) => options with { Executors = options.Executors with { Authenticate = Switch(text) } }, options =>
                FlagValues.Of(options.Executors.Authenticate)) with { IsSwitch = true },
        Guard("authenticate_http_readonly", "", (on, security) => security with { AuthenticateReadOnly = on },
            security => security.AuthenticateReadOnly),
        Guard("authenticate_http_readwrite", "", (on, security) => security with { AuthenticateReadWrite = on },
            security => security.AuthenticateReadWrite),
        Option("credential",
            "A file with the principal and the secret that the master is shown; `--principal` and `--secret-file` do the same. Not shown",
            (text, options) => options with { Credential = CredentialOf(text) }, _ => null) with { IsPath = true },
        Option("external_log_file", "The file that /slave/log shows; something else writes it",
            (text, options) => options with { LogFile = text }, options =>
                options.LogDirectory is null ? options.LogFile : null) with { IsPath = true },
        Option("hostname", "", (text, options) => options with { Hostname = text }, options => options.Hostname),
        Option("http_authenticators", "basic, jwt or both, with a comma",
            (text, options) => options with { Security = options.Security with { Authenticators = List(text) } }, options =>
                string.Join(',', options.Security.Authenticators)),
        Option("http_credentials", "Shown as the path only",
            (text, options) => options with { Security = options.Security with { Credentials = text } }, options =>
                options.Security.Credentials) with { IsPath = true },
        Option("http_heartbeat_interval", "",
            (text, options) =>
                options with { HttpHeartbeatInterval = Duration(text, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) }, options =>
                    Of(options.HttpHeartbeatInterval)),
        Option("ip", "`--listen` is the same. Default 127.0.0.1, where the original listens everywhere",
            (text, options) => options with { ListenAddress = Address(text) }, options => options.ListenAddress.ToString()),
        Option("jwt_secret_key",
            "For the authenticator jwt, and to sign executors' tokens with (else a key of the agent's own is). Shown as the path only",
            (text, options) => options with { Security = options.Security with { JwtSecretKey = text } }, options =>
                options.Security.JwtSecretKey) with { IsPath = true, OldName = "executor_secret_key" },
        Option("log_dir", "The log is `offerbook-agent.log` there",
            (text, options) => options with { LogDirectory = text, LogFile = Path.Combine(text, "offerbook-agent.log") }, options =>
                options.LogDirectory) with { IsPath = true },
        Option("logging_level", "INFO, WARNING or ERROR", (text, options) => options with { LogMinimum = Level(text) },
            options => options.LogMinimum switch { LogLevel.Error => "ERROR", LogLevel.Warning => "WARNING", _ => "INFO" }),
        Option("master",
            "One or more, as host:port or http://host:port, with commas between; the leader is found from any. Or the masters' election, as zk://user:password@h1:2181,h2:2181/path or a file that holds that; shown without the password", (text, options) => WithMaster(text, options), options => options.ShownMaster ?? string.Join(',', options.Masters)),
        Option("port", "", (text, options) => options with { Port = Count(text, 0, 65535) }, options => FlagValues.Of(options.Port)),
        Option("quiet", "", (text, options) => options with { IsQuiet = Switch(text) },
            options => FlagValues.Of(options.IsQuiet)) with { IsSwitch = true },
        Option("work_dir", "Default ./.offerbook/agent-1", (text, options) => options with { WorkDirectory = Path.GetFullPath(text) },
            options => options.WorkDirectory) with { IsPath = true },
    ];

    private static AgentOptions WithMaster(string text, AgentOptions options) =>
        MasterDetection.TryRead(text, out var detection, out var error)
            ? options with { Masters = [], DetectMaster = detection.FollowAsync, ShownMaster = $"{detection}" }
        : error is null ? options with { Masters = Masters(text), DetectMaster = null, ShownMaster = null }
        : throw new FormatException(error);

    private static Flag<AgentOptions> Option(string name, string note, Func<string, AgentOptions, AgentOptions> apply,
        Func<AgentOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = apply, Show = show };

    private static Flag<AgentOptions> Guard(string name, string note, Func<bool, AgentSecurityOptions, AgentSecurityOptions> apply,
        Func<AgentSecurityOptions, bool> show) =>
        Option(name, note, (text, options) => options with { Security = apply(Switch(text), options.Security) },
            options => FlagValues.Of(show(options.Security))) with { IsSwitch = true };
}
