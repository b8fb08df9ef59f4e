using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Http;

/// <summary>/v2/info. Members without a value are null here, as clients know it.</summary>
internal sealed class InfoWriter(AppsOptions all, AppsSettings settings, Func<Uri> address, Func<int?> securePort)
{
    /// <summary>The version of the API that is spoken. Clients compare it to choose how they behave.</summary>
    private const string ApiVersion = "1.11.0";

    private readonly ApiOptions _api = all.Api;

    public string Leader => address().Authority;

    public JObject Write(AppsView view) => new()
    {
        ["name"] = settings.FrameworkName,
        ["version"] = ApiVersion,
        ["buildref"] = "offerbook-" + (typeof(InfoWriter).Assembly.GetName().Version?.ToString(3) ?? "0"),
        ["elected"] = true,
        ["leader"] = Leader,
        ["frameworkId"] = view.State.Framework?.Value,
        ["marathon_config"] = Configuration(view),
        ["zookeeper_config"] = new JObject
        {
            ["zk"] = all.Election?.Shown,
            ["zk_compression"] = null,
            ["zk_compression_threshold"] = null,
            ["zk_connection_timeout"] = null,
            ["zk_max_node_size"] = null,
            ["zk_max_versions"] = settings.MaxVersions,
            ["zk_session_timeout"] = all.Election is { } election ? (long)election.SessionTimeout.TotalMilliseconds : null,
            ["zk_timeout"] = null,
        },
        ["http_config"] = new JObject { ["http_port"] = address().Port, ["https_port"] = securePort() },
    };

    private JObject Configuration(AppsView view) => new()
    {
        ["access_control_allow_origin"] = _api.AllowedOrigins.Count == 0 ? null : new JArray(_api.AllowedOrigins),
        ["checkpoint"] = true,
        ["decline_offer_duration"] = (long)settings.DeclineOfferDuration.TotalMilliseconds,
        ["default_network_name"] = settings.DefaultNetworkName,
        ["env_vars_prefix"] = settings.Matching.EnvironmentPrefix.Length == 0 ? null : settings.Matching.EnvironmentPrefix,
        ["executor"] = "//cmd",
        ["failover_timeout"] = (long)settings.FailoverTimeout.TotalSeconds,
        ["features"] = new JArray(settings.Features),
        ["framework_name"] = settings.FrameworkName,
        ["ha"] = all.Election is not null,
        ["hostname"] = settings.Hostname,
        ["launch_token"] = settings.MaxLaunchesInFlight,
        ["launch_token_refresh_interval"] = null,
        ["leader_proxy_connection_timeout_ms"] = (long)_api.LeaderConnectTimeout.TotalMilliseconds,
        ["leader_proxy_read_timeout_ms"] = (long)_api.LeaderReadTimeout.TotalMilliseconds,
        ["local_port_max"] = settings.ServicePortMax,
        ["local_port_min"] = settings.ServicePortMin,
        ["master"] = all.ShownMaster ?? string.Join(',', all.Masters),
        ["max_instances_per_offer"] = settings.MaxInstancesPerOffer,
        ["mesos_bridge_name"] = settings.Matching.BridgeName,
        ["mesos_heartbeat_failure_threshold"] = settings.Subscription.MissedHeartbeats,
        ["mesos_heartbeat_interval"] = (long)settings.Subscription.DefaultHeartbeatInterval.TotalMilliseconds,
        ["mesos_leader_ui_url"] = view.MasterUrl,
        ["mesos_role"] = settings.Role,
        ["mesos_user"] = settings.User,
        ["new_group_enforce_role"] = settings.NewTopGroupsEnforceRole ? "top" : "off",
        ["min_revive_offers_interval"] = (long)settings.MinReviveInterval.TotalMilliseconds,
        ["offer_matching_timeout"] = null,
        ["on_elected_prepare_timeout"] = null,
        ["reconciliation_initial_delay"] = 0,
        ["reconciliation_interval"] = (long)settings.ReconciliationInterval.TotalMilliseconds,
        ["scale_apps_initial_delay"] = 0,
        ["scale_apps_interval"] = null,
        ["store_cache"] = true,
        ["task_launch_confirm_timeout"] = (long)settings.LaunchConfirmTimeout.TotalMilliseconds,
        ["task_launch_timeout"] = (long)settings.LaunchTimeout.TotalMilliseconds,
        ["task_lost_expunge_initial_delay"] = 0,
        ["task_lost_expunge_interval"] = (long)settings.SweepInterval.TotalMilliseconds,
        ["task_reservation_timeout"] = (long)settings.ReservationTimeout.TotalMilliseconds,
        ["webui_url"] = _api.WebUiUrl,
        ["maintenance_mode"] = settings.Matching.MaintenanceMode,
    };
}
