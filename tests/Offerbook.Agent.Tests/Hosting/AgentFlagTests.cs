using Offerbook.Agent.Hosting.Flags;
using Offerbook.Agent.Registration;
using Offerbook.Wire.Flags;

namespace Offerbook.Agent.Tests.Hosting;

/// <summary>Flags of the agent: what they change, and that /flags tells it.</summary>
internal sealed class AgentFlagTests
{
    private static readonly AgentOptions Plain = new("/tmp/none", []);

    [TestCase("fetcher_cache_size", "3GB")]
    [TestCase("fetcher_cache_size", "0B")]
    [TestCase("fetcher_max_bytes", "10TB")]
    [TestCase("fetcher_cache_dir", "/var/cache/offerbook")]
    [TestCase("fetcher_stall_timeout", "2mins")]
    [TestCase("frameworks_home", "/opt/frameworks")]
    [TestCase("isolation", "posix/cpu,posix/mem")]
    [TestCase("cgroups_root", "mesos")]
    [TestCase("cgroups_enable_cfs", "true")]
    [TestCase("enforce_container_disk_quota", "true")]
    [TestCase("container_disk_watch_interval", "30secs")]
    [TestCase("bounding_capabilities", "chown,kill")]
    [TestCase("no_new_privileges", "false")]
    [TestCase("pids_limit", "0")]
    [TestCase("max_log_size", "1MB")]
    [TestCase("rotated_logs", "9")]
    [TestCase("gc_delay", "2days")]
    [TestCase("gc_disk_headroom", "0.25")]
    [TestCase("gc_max_bytes", "500MB")]
    [TestCase("gc_max_sandboxes", "77")]
    [TestCase("disk_watch_interval", "5secs")]
    [TestCase("max_completed_frameworks", "7")]
    [TestCase("max_completed_executors_per_framework", "8")]
    [TestCase("max_completed_tasks_per_framework", "9")]
    [TestCase("reconfiguration_policy", "additive")]
    [TestCase("resources", "cpus:4;mem:128")]
    [TestCase("attributes", "rack:a")]
    [TestCase("oversubscribed_resources", "cpus:1")]
    [TestCase("containerizers", "mesos,docker")]
    [TestCase("docker_socket", "/run/other.sock")]
    [TestCase("sandbox_directory", "/sandbox")]
    [TestCase("authenticate_http_executors", "true")]
    [TestCase("executor_environment_variables", "{\"LANG\":\"C\"}")]
    [TestCase("executor_registration_timeout", "2mins")]
    [TestCase("executor_reregistration_timeout", "15secs")]
    [TestCase("executor_shutdown_grace_period", "1mins")]
    [TestCase("recover", "cleanup")]
    [TestCase("recovery_timeout", "1hrs")]
    public void Value_ThatWasGiven_IsInEffect(string name, string value)
    {
        var options = AgentFlags.Set.Apply(Flag(name), value, Plain);

        Assert.That(AgentFlags.Set.Effective(options), Does.Contain(KeyValuePair.Create(name, value)));
        Assert.That(AgentFlags.Set.Effective(Plain), Does.Not.Contain(KeyValuePair.Create(name, value)));
    }

    [TestCase("fetcher_cache_size", "many")]
    [TestCase("fetcher_max_bytes", "0B")]
    [TestCase("gc_disk_headroom", "1.5")]
    [TestCase("gc_delay", "soon")]
    [TestCase("isolation", "network/cni")]
    [TestCase("cgroups_root", "../up")]
    [TestCase("bounding_capabilities", "fly")]
    [TestCase("max_completed_frameworks", "0")]
    [TestCase("reconfiguration_policy", "sometimes")]
    [TestCase("resources", "cpus=4")]
    [TestCase("attributes", "rack")]
    [TestCase("domain", "{}")]
    [TestCase("containerizers", "podman")]
    [TestCase("sandbox_directory", "relative")]
    [TestCase("executor_reregistration_timeout", "16secs")]
    [TestCase("executor_environment_variables", "LANG=C")]
    [TestCase("executor_environment_variables", "{\"A\": 1}")]
    [TestCase("recover", "perhaps")]
    public void Mistake_IsNamedWithItsFlag(string name, string value) => Assert.That(() => AgentFlags.Set.Apply(Flag(name), value, Plain),
        Throws.TypeOf<FormatException>().With.Message.StartsWith($"--{name}: "));

    [Test]
    public void Sandboxes_FollowTheFlags()
    {
        var options = AgentFlags.Set.Apply(Flag("gc_delay"), "3days", AgentFlags.Set.Apply(Flag("gc_max_bytes"), "1KB", Plain));
        var settings = options.Sandboxes.ApplyTo(Support.Make.Settings());

        Assert.That((settings.SandboxMaxAge, settings.MaxFinishedBytes), Is.EqualTo((TimeSpan.FromDays(3), (long?)1024)));
    }

    [Test]
    public void Policy_OfTheOptions_IsTheCores() =>
        Assert.That(AgentFlags.Set.Apply(Flag("reconfiguration_policy"), "equal", Plain).Reconfiguration,
            Is.EqualTo(ReconfigurationPolicy.Equal));

    private static Flag<AgentOptions> Flag(string name) => AgentFlags.Set.All.Single(flag => flag.Name == name);
}
