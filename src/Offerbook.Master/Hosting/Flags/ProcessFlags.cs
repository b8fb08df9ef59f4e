using System.Net;
using Microsoft.Extensions.Logging;
using static Offerbook.Master.Hosting.Flags.MasterFlagValues;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Master.Hosting.Flags;

/// <summary>Flags about the process: addresses, who may enter, rates, logs.</summary>
internal static class ProcessFlags
{
    public static IReadOnlyList<MasterFlag> All { get; } =
    [
        Option("advertise_ip", "", (text, options) => options with { AdvertisedAddress = Address(text) },
            options => (options.AdvertisedAddress ?? options.ListenAddress).ToString()),
        Option("advertise_port", "", (text, options) => options with { AdvertisedPort = Count(text, 1, 65535) },
            options => options.AdvertisedPort is { } port ? FlagValues.Of(port) : null),
        Guard("authenticate_agents", "Guards what agents call, with Basic", (on, security) => security with { AuthenticateAgents = on },
            security => security.AuthenticateAgents) with { OldName = "authenticate_slaves" },
        Guard("authenticate_http_frameworks", "The authenticator is basic unless `--http_framework_authenticators` says otherwise",
            (on, security) => security with { AuthenticateFrameworks = on }, security => security.AuthenticateFrameworks),
        Guard("authenticate_http_readonly", "", (on, security) => security with { AuthenticateReadOnly = on },
            security => security.AuthenticateReadOnly),
        Guard("authenticate_http_readwrite", "", (on, security) => security with { AuthenticateReadWrite = on },
            security => security.AuthenticateReadWrite) with { OldName = "authenticate_http" },
        Option("credentials", "Shown as the path only",
            (text, options) => options with { Security = options.Security with { Credentials = text } }, options =>
                options.Security.Credentials) with { IsPath = true },
        Option("external_log_file", "The file that /master/log shows; something else writes it",
            (text, options) => options with { LogFile = text }, options =>
                options.LogFile is { } file && options.LogDirectory is null ? file : null) with { IsPath = true },
        Option("hostname", "", (text, options) => options with { Hostname = text }, options => options.Hostname
            ?? options.Settings.Hostname),
        Option("http_authenticators", "basic, jwt or both, with a comma",
            (text, options) => options with { Security = options.Security with { Authenticators = List(text) } }, options =>
                string.Join(',', options.Security.Authenticators)),
        Option("http_framework_authenticators", "basic, jwt or both, with a comma",
            (text, options) => options with { Security = options.Security with { FrameworkAuthenticators = List(text) } },
            options => options.Security.AuthenticateFrameworks ? string.Join(',', options.Security.FrameworkAuthenticators) : null),
        Option("ip", "`--listen` is the same. Default 127.0.0.1, where the original listens everywhere",
            (text, options) => options with { ListenAddress = Address(text) }, options => options.ListenAddress.ToString()),
        Option("jwt_secret_key", "Known to the original's agents only; here the master takes tokens too. Shown as the path only",
            (text, options) => options with { Security = options.Security with { JwtSecretKey = text } }, options =>
                options.Security.JwtSecretKey) with { IsPath = true },
        Option("log_dir", "The log is `offerbook-master.log` there",
            (text, options) => options with { LogDirectory = text, LogFile = Path.Combine(text, "offerbook-master.log") }, options =>
                options.LogDirectory) with { IsPath = true },
        Option("logging_level", "INFO, WARNING or ERROR", (text, options) => options with { LogMinimum = Level(text) },
            options => options.LogMinimum switch { LogLevel.Error => "ERROR", LogLevel.Warning => "WARNING", _ => "INFO" }),
        Option("port", "", (text, options) => options with { Port = Count(text, 0, 65535) }, options => FlagValues.Of(options.Port)),
        Option("quorum",
            "The journal is not replicated over masters. "
            + "1 says that this master stands alone in the election of `--zk`, and may keep a journal of its own",
            (text, options) => options with { Quorum = Count(text, 1) }, options => FlagValues.Of(options.Quorum ?? 1)),
        Option("quiet", "", (text, options) => options with { IsQuiet = Switch(text) },
            options => FlagValues.Of(options.IsQuiet)) with { IsSwitch = true },
        Option("rate_limits",
            "Counts calls of the scheduler API, the operator API and reads; "
            + "one over the limit is answered 429 and not queued. See security.md",
            (text, options) => options with { Limits = options.Limits with { Rates = RateLimitSettings.Parse(text) } },
            options => options.Limits.Rates is { } rates ? rates.ToText() : null),
        Option("weights", "As role=weight,…; taken when no weight was ever set, as in the original. Set them with UPDATE_WEIGHTS",
            (text, options) => options with { InitialWeights = Weights(text) },
            options => options.InitialWeights.Count > 0
                ? string.Join(',', options.InitialWeights.Select(pair => $"{pair.Role}={FlagValues.Of(pair.Weight)}")) : null),
        Option("whitelist", "A file of host names, one a line, read anew every 5 s", (text, options) => options with { Whitelist = text },
            options => options.Whitelist) with { IsPath = true },
        Option("work_dir", "`--data-dir` is the same", (text, options) => options with { DataDirectory = Path.GetFullPath(text) },
            options => options.DataDirectory) with { IsPath = true },
        Option("zk",
            "zk://user:password@h1:2181,h2:2181/path, or a file that holds it. Wants a `--store` that all masters reach. "
            + "Shown without the password. See several-masters.md",
            (text, options) => options with { ZooKeeper = Election(text) },
            options => options.ZooKeeper is { } zk ? MasterElection.Read(zk, options.ZooKeeperSessionTimeout).Uri?.ToString() : null),
        Option("zk_session_timeout", "",
            (text, options) =>
                options with { ZooKeeperSessionTimeout = Duration(text, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)) },
                options => FlagValues.Of(options.ZooKeeperSessionTimeout)),
    ];

    private static MasterFlag Option(string name, string note, Func<string, MasterOptions, MasterOptions> apply,
        Func<MasterOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = apply, Show = show };

    private static MasterFlag Guard(string name, string note, Func<bool, SecurityOptions, SecurityOptions> apply,
        Func<SecurityOptions, bool> show) =>
        Option(name, note, (text, options) => options with { Security = apply(Switch(text), options.Security) },
            options => FlagValues.Of(show(options.Security))) with { IsSwitch = true };

    /// <summary>Read now: what is wrong is to be told before anything starts.</summary>
    private static string? Election(string text) =>
        MasterElection.Read(text, Coordination.Hosting.ElectionSettings.DefaultSessionTimeout).IsStandalone ? null : text;

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    private static LogLevel Level(string text) => text switch
    {
        "INFO" => LogLevel.Information,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => throw new FormatException($"expecting INFO, WARNING or ERROR, not '{text}'"),
    };

    private static IReadOnlyList<(string Role, double Weight)> Weights(string text) => [.. List(text).Select(pair =>
    {
        var equals = pair.LastIndexOf('=');
        return equals > 0
            && double.TryParse(pair.AsSpan(equals + 1), System.Globalization.NumberStyles.AllowDecimalPoint,
                System.Globalization.CultureInfo.InvariantCulture, out var weight) && weight > 0
            ? (pair[..equals], weight)
            : throw new FormatException($"expecting a role and a weight above 0, as web=2, not '{pair}'");
    })];
}
