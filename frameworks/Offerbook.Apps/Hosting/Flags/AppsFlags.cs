using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Wire.Flags;
using Offerbook.Wire.Http.Security;
using static Offerbook.Wire.Flags.FlagValues;
using AppsFlag = Offerbook.Wire.Flags.Flag<Offerbook.Apps.Hosting.AppsOptions>;

namespace Offerbook.Apps.Hosting.Flags;

/// <summary>
/// Flags of the original that the Apps framework takes under the same names, and some of its own. docs/operating/apps-flags.md is the same
/// list.
/// </summary>
public static class AppsFlags
{
    public static FlagSet<AppsOptions> Set { get; } = new("apps",
    [
        Api("access_control_allow_origin", "Origins, with commas, whose pages may read the API; * for all",
            (text, api) => api with { AllowedOrigins = List(text) },
            api => api.AllowedOrigins.Count > 0 ? string.Join(',', api.AllowedOrigins) : null),
        Api("acls",
            "Who may view, create, update, delete and run what below which paths, as JSON or the path of a file; "
            + "users are those of http_credentials and http_viewers",
            (text, api) => api with { Rules = Access.AccessRules.Parse(text) }, api =>
                api.Rules is null ? null : "given") with { IsOwn = true },
        Api("disable_http_compression", "Never compress answers", (text, api) => api with { Compresses = !Switch(text) },
            api => Of(!api.Compresses)) with { IsSwitch = true },
        Api("http_credentials",
            "user:password of who may do everything, or the path of a credentials file, which others cannot see in the list of processes",
            (text, api) => api with { Users = Credentials(text) }, _ => null) with { IsPath = true },
        Api("http_max_concurrent_requests", "Requests handled at once; more get 503",
            (text, api) => api with { MaxConcurrentRequests = Count(text, 1) },
            api => api.MaxConcurrentRequests is { } max ? Of(max) : null),
        Api("http_realm", "Named to clients that must show who they are", (text, api) => api with { Realm = text }, api => api.Realm),
        Api("http_viewers", "As http_credentials, for those who may only read", (text, api) => api with { Viewers = Credentials(text) },
            _ => null)
            with { IsPath = true, IsOwn = true },
        Api("leader_proxy_connection_timeout", "Milliseconds in which a standby must reach the leader",
            (text, api) => api with { LeaderConnectTimeout = Milliseconds(text, 1) },
            api => Of(api.LeaderConnectTimeout)),
        Api("leader_proxy_read_timeout", "Milliseconds for which the leader may not move before a standby gives a request up",
            (text, api) => api with { LeaderReadTimeout = Milliseconds(text, 1) }, api => Of(api.LeaderReadTimeout)),
        Api("webui_url", "Where people look at the cluster", (text, api) => api with { WebUiUrl = text }, api => api.WebUiUrl),
        Setting("decline_offer_duration", "Milliseconds for which a declined offer is not wanted again",
            (text, settings) => settings with { DeclineOfferDuration = Milliseconds(text) }, settings => Of(settings.DeclineOfferDuration)),
        Setting("default_network_name", "Of container networks that are given none",
            (text, settings) => settings with { DefaultNetworkName = text }, settings => settings.DefaultNetworkName),
        Deployment("deployment_deadline", "Seconds after which a deployment fails whose apps set no deadline of their own",
            (text, limits) => limits with { DeadlineSeconds = Count(text, 1) }, limits =>
                limits.DeadlineSeconds is { } seconds ? Of(seconds) : null),
        Deployment("deployment_max_failures", "Failed tasks that a deployment allows each app that does not say; one more fails it",
            (text, limits) => limits with { MaxFailures = Count(text, 0) }, limits => limits.MaxFailures is { } most ? Of(most) : null),
        Deployment("deployment_on_failure", "stop, rollback or hold: what is done when one fails whose apps do not say",
            (text, limits) => limits with { OnFailure = OnFailure(text) },
            limits => limits.OnFailure is { } action ? Json.EnumTexts.FailureActions.Write(action) : null),
        Setting("enable_features",
            "With commas: secrets, external_volumes, gpu_resources; vips, task_killing and maintenance_mode are always on",
            (text, settings) => settings with { Features = Features(text) }, settings =>
                settings.Features.Count > 0 ? string.Join(',', settings.Features) : null),
        Setting("env_vars_prefix", "Put before HOST and the PORT variables",
            (text, settings) => settings with { Matching = settings.Matching with { EnvironmentPrefix = text } },
            settings => settings.Matching.EnvironmentPrefix.Length > 0 ? settings.Matching.EnvironmentPrefix : null),
        Setting("failover_timeout", "Seconds that the master keeps tasks while the framework is away",
            (text, settings) => settings with { FailoverTimeout = TimeSpan.FromSeconds(Count(text, 0)) }, settings =>
                Of((int)settings.FailoverTimeout.TotalSeconds)),
        Setting("hostname", "Given to the master, and to clients and other instances as the place where this one is reached",
            (text, settings) => settings with { Hostname = text }, settings => settings.Hostname),
        Setting("kill_chunk_size", "Instances being killed at once",
            (text, settings) => settings with { MaxKillsInFlight = Count(text, 1) }, settings => Of(settings.MaxKillsInFlight)),
        Setting("kill_retry_timeout", "Milliseconds after which a kill that nobody confirmed is repeated",
            (text, settings) => settings with { KillRetryInterval = Milliseconds(text) }, settings => Of(settings.KillRetryInterval)),
        Setting("local_port_max", "Last service port", (text, settings) => settings with { ServicePortMax = Count(text, 1, 65535) },
            settings => Of(settings.ServicePortMax)),
        Setting("local_port_min", "First service port", (text, settings) => settings with { ServicePortMin = Count(text, 1, 65535) },
            settings => Of(settings.ServicePortMin)),
        Setting("max_instances_per_offer", "", (text, settings) => settings with { MaxInstancesPerOffer = Count(text, 1) },
            settings => Of(settings.MaxInstancesPerOffer)),
        Setting("max_instances", "Instances of all apps and pods together; a change that asks for more is refused with 422",
            (text, settings) => settings with { MaxInstances = Count(text, 1) }, settings =>
                Of(settings.MaxInstances)) with { IsOwn = true },
        Setting("max_running_deployments", "", (text, settings) => settings with { MaxRunningDeployments = Count(text, 1) },
            settings => Of(settings.MaxRunningDeployments)),
        Setting("mesos_bridge_name", "", (text, settings) => settings with { Matching = settings.Matching with { BridgeName = text } },
            settings => settings.Matching.BridgeName),
        Setting("new_group_enforce_role", "off or top: whether new top-level groups enforce their role",
            (text, settings) => settings with { NewTopGroupsEnforceRole = EnforceRole(text) }, settings =>
                settings.NewTopGroupsEnforceRole ? "top" : "off"),
        Setting("preference_wait", "Milliseconds that an instance waits for an offer that fulfils all its app's preferences",
            (text, settings) => settings with { PreferenceWait = Milliseconds(text) }, settings =>
                Of(settings.PreferenceWait)) with { IsOwn = true },
        Setting("restart_when",
            "always or needed: what a change restarts that does not say; needed changes labels, dependencies and the like in place",
            (text, settings) => settings with { Versioning = RestartWhen(text) }, settings =>
                settings.Versioning == Groups.Versioning.Lenient ? "needed" : "always") with { IsOwn = true },
        new("backup_dir", FlagSupport.Supported,
            "Directory for the backups of DELETE /v2/leader?backup=file:///DIRECTORY/FILE; without it they are refused")
            { Apply = (text, options) => options with { BackupDirectory = Directory(text) }, Show = options => options.BackupDirectory,
                IsPath = true, IsOwn = true },
        new("secrets_dir", FlagSupport.Supported,
            "Directory of files that only their owner may read: the values of the secrets that apps name as their source; "
            + "enables the feature secrets")
            { Apply = (text, options) => options with { SecretsDirectory = Directory(text) }, Show = options => options.SecretsDirectory,
                IsPath = true, IsOwn = true },
        Setting("task_launch_confirm_timeout", "Milliseconds",
            (text, settings) => settings with { LaunchConfirmTimeout = Milliseconds(text) }, settings => Of(settings.LaunchConfirmTimeout)),
        Setting("task_launch_timeout", "Milliseconds", (text, settings) => settings with { LaunchTimeout = Milliseconds(text) },
            settings => Of(settings.LaunchTimeout)),
        Setting("zk_max_versions", "Versions kept of each app and of the tree",
            (text, settings) => settings with { MaxVersions = Count(text, 1, 10_000) }, settings => Of(settings.MaxVersions)),
        new("disable_ha", FlagSupport.Supported,
            "Stand alone, whatever --zk says") { Apply = (text, options) =>
                options with { IsHighlyAvailable = !Switch(text) }, IsSwitch = true },
        new("ha", FlagSupport.Supported, "Stand in the election that --zk names; on by default")
            { Apply = (text, options) => options with { IsHighlyAvailable = Switch(text) },
                Show = options => Of(options.Election is not null), IsSwitch = true },
        new("zk", FlagSupport.Supported,
            "zk://user:password@h1:2181,h2:2181/path: several instances elect a leader there; "
            + "file:///path of a file that says so keeps the password out of the list of processes")
            { Apply = (text, options) => (options with { ZooKeeper = text }).Checked(), Show = options => options.Election?.Shown },
        new("zk_session_timeout", FlagSupport.Supported, "Milliseconds that ZooKeeper waits for a sign of life before it lets another lead")
            { Apply = (text, options) => options with { ZooKeeperSessionTimeout = Milliseconds(text, 100) },
                Show = options => Of(options.ZooKeeperSessionTimeout) },
        Tls("disable_http", "Serve nothing without TLS", (text, tls) => tls with { DisablesHttp = Switch(text) },
            tls => Of(tls.DisablesHttp)) with { IsSwitch = true },
        Tls("https_port", "Port of HTTPS, on the address that HTTP has", (text, tls) => tls with { Port = Count(text, 0, 65535) },
            tls => tls.Keystore is null ? null : Of(tls.Port)),
        Tls("leader_proxy_ca_path",
            "PEM file of authorities whose certificates a standby believes of the leader, "
            + "beside the machine's and those in the own keystore",
            (text, tls) => tls with { LeaderAuthorities = text }, tls => tls.LeaderAuthorities) with { IsPath = true, IsOwn = true },
        Tls("leader_proxy_ssl_ignore_hostname", "The leader's certificate may be of another name",
            (text, tls) => tls with { IgnoresLeaderHostname = Switch(text) },
            tls => Of(tls.IgnoresLeaderHostname)) with { IsSwitch = true },
        Tls("ssl_keystore_password", "Password of the keystore, or the path of a file that holds it",
            (text, tls) => tls with { Password = text.TrimEnd('\r', '\n') }, _ => null),
        Tls("ssl_keystore_path", "PKCS #12 file, or PEM file with certificate, chain and key: serves HTTPS",
            (text, tls) => tls with { Keystore = text }, tls => tls.Keystore) with { IsPath = true },
        new("framework_name", FlagSupport.Supported,
            "The name under which it subscribes") { Apply = (text, options) => options with { Name = text }, Show = options =>
                options.Name },
        new("mesos_role", FlagSupport.Supported, "Role of apps that name none") { Apply = (text, options) => options with { Role = text },
            Show = options => options.Role, OldName = "role" },
        new("mesos_user", FlagSupport.Supported,
            "Runs the tasks of apps that name no user") { Apply = (text, options) => options with { User = text }, Show = options =>
                options.User },
    ]);

    private static AppsFlag Api(string name, string note, Func<string, ApiOptions, ApiOptions> apply, Func<ApiOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Api = apply(text, options.Api) },
            Show = options => show(options.Api) };

    /// <exception cref="FormatException">The address of the election is not one.</exception>
    private static AppsOptions Checked(this AppsOptions options)
    {
        ElectionOptions.InZooKeeper(options.ZooKeeper!, options.ZooKeeperSessionTimeout);
        return options;
    }

    private static AppsFlag Tls(string name, string note, Func<string, TlsOptions, TlsOptions> apply, Func<TlsOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Tls = apply(text, options.Tls) },
            Show = options => show(options.Tls) };

    private static AppsFlag Setting(string name, string note, Func<string, AppsSettings, AppsSettings> apply,
        Func<AppsSettings, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Settings = apply(text, options.Settings) },
            Show = options => show(options.Settings) };

    private static AppsFlag Deployment(string name, string note, Func<string, DeploymentPolicy, DeploymentPolicy> apply,
        Func<DeploymentPolicy, string?> show) =>
        Setting(name, note, (text, settings) => settings with { Deployment = apply(text, settings.Deployment) },
            settings => show(settings.Deployment)) with { IsOwn = true };

    private static FailureAction OnFailure(string text) => Json.EnumTexts.FailureActions.TryParse(text, out var action)
        ? action
        : throw new FormatException($"expecting stop, rollback or hold, not '{text}'");

    private static Groups.Versioning RestartWhen(string text) => text switch
    {
        "always" => Groups.Versioning.Strict,
        "needed" => Groups.Versioning.Lenient,
        _ => throw new FormatException($"expecting always or needed, not '{text}'"),
    };

    private static TimeSpan Milliseconds(string text, int least = 0) => TimeSpan.FromMilliseconds(Count(text, least));

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool EnforceRole(string text) => text switch
    {
        "top" => true,
        "off" => false,
        _ => throw new FormatException($"expecting off or top, not '{text}'"),
    };

    private static ValueSet<string> Features(string text)
    {
        string[] optional = [Specs.Features.Secrets, Specs.Features.ExternalVolumes, Specs.Features.GpuResources];
        string[] always = ["vips", "task_killing", "maintenance_mode"];
        var given = List(text);
        return given.FirstOrDefault(feature => !optional.Contains(feature) && !always.Contains(feature)) is { } unknown
            ? throw new FormatException($"'{unknown}' is not a feature; there are {string.Join(", ", optional.Concat(always))}")
            : given.Where(optional.Contains).ToValueSet();
    }

    private static string Directory(string text) =>
        System.IO.Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException($"there is no directory '{text}'");

    /// <summary>One user, or a file of several.</summary>
    private static IReadOnlyDictionary<string, string> Credentials(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && colon < text.Length - 1 && !text.Contains('/') && !text.Contains('\n'))
        {
            return new Dictionary<string, string> { [text[..colon]] = text[(colon + 1)..] };
        }
        return text.StartsWith('/') || text.StartsWith('.')
            ? CredentialsFile.Load(text) : throw new FormatException("expecting user:password, or the path of a credentials file");
    }
}
