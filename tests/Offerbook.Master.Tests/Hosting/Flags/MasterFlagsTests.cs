using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Flags;

namespace Offerbook.Master.Tests.Hosting.Flags;

public sealed class MasterFlagsTests
{
    private static readonly MasterOptions Plain = new() { DataDirectory = "/data" };

    [TestCase("offer_timeout", "90secs", "90secs")]
    [TestCase("offer_timeout", "1.5mins", "90secs")]
    [TestCase("agent_ping_timeout", "20secs", "20secs")]
    [TestCase("agent_removal_rate_limit", "1/10mins", "1/10mins")]
    [TestCase("recovery_agent_removal_limit", "20%", "20%")]
    [TestCase("min_allocatable_resources", "disk:1|cpus:1;mem:32", "disk:1|cpus:1;mem:32")]
    [TestCase("role_sorter", "random", "random")]
    [TestCase("filter_gpu_resources", "false", "false")]
    [TestCase("fair_sharing_excluded_resource_names", "gpus,ports", "gpus,ports")]
    [TestCase("roles", "b,a", "a,b")]
    [TestCase("root_submissions", "", "true")]
    [TestCase("offer_constraints_re2_max_mem", "8KB", "8KB")]
    [TestCase("rate_limits", """{"limits":[{"principal":"a","qps":1.5}],"aggregate_default_qps":2}""", """{"limits":[{"principal":"a","qps":1.5}],"aggregate_default_qps":2.0}""")]
    [TestCase("domain", """{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}""", """{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}""")]
    [TestCase("weights", "web=2,batch=0.5", "web=2,batch=0.5")]
    [TestCase("credentials", "file:///etc/secrets", "/etc/secrets")]
    [TestCase("logging_level", "ERROR", "ERROR")]
    [TestCase("log_dir", "/var/log/o", "/var/log/o")]
    [TestCase("allocator", "hierarchical", "hierarchical")]
    [TestCase("max_offers_per_framework", "20", "20")]
    [TestCase("max_offered_share", "0.5", "0.5")]
    [TestCase("offer_book", "false", "false")]
    [TestCase("offer_book_max_offers", "1000", "1000")]
    [TestCase("framework_shutdown_timeout", "2mins", "2mins")]
    public void Flag_WithAValue_ShowsIt(string name, string value, string shown)
    {
        var options = MasterFlags.Apply(Flag(name), value, Plain);

        Assert.That(MasterFlags.Effective(options), Has.Member(KeyValuePair.Create(name, shown)));
    }

    [TestCase("offer_timeout", "soon", "--offer_timeout: invalid duration 'soon'")]
    [TestCase("agent_ping_timeout", "1ms", "--agent_ping_timeout: expecting at least 1secs and at most 15mins, not '1ms'")]
    [TestCase("agent_removal_rate_limit", "10mins", "--agent_removal_rate_limit: expecting a number of agents and a duration, as 1/10mins, not '10mins'")]
    [TestCase("max_agent_ping_timeouts", "0", "--max_agent_ping_timeouts: expecting a whole number from 1 to 1000000, not '0'")]
    [TestCase("recovery_agent_removal_limit", "120%", "--recovery_agent_removal_limit: expecting a percentage from 0% to 100%, not '120%'")]
    [TestCase("allocator_agent_recovery_factor", "1.1", "--allocator_agent_recovery_factor: expecting a number from 0 to 1, not '1.1'")]
    [TestCase("root_submissions", "maybe", "--root_submissions: expecting true or false, not 'maybe'")]
    [TestCase("min_allocatable_resources", "cpus", "--min_allocatable_resources: expecting a name and a number, as mem:32, not 'cpus'")]
    [TestCase("role_sorter", "fifo", "--role_sorter: expecting drf or random, not 'fifo'")]
    [TestCase("offer_constraints_re2_max_mem", "4", "--offer_constraints_re2_max_mem: expecting a number of bytes with a unit (B, KB, MB, GB), not '4'")]
    [TestCase("domain", "{}", "--domain: `domain` must define `fault_domain`")]
    [TestCase("weights", "web", "--weights: expecting a role and a weight above 0, as web=2, not 'web'")]
    [TestCase("max_offered_share", "0", "--max_offered_share: expecting a number above 0 and at most 1, not '0'")]
    [TestCase("port", "70000", "--port: expecting a whole number from 0 to 65535, not '70000'")]
    [TestCase("advertise_ip", "here", "--advertise_ip: 'here' is not an IP address")]
    [TestCase("rate_limits", "file:///nowhere", "--rate_limits: cannot read '/nowhere': Could not find file '/nowhere'.")]
    [TestCase("modules", "x", "--modules: not supported: there are no modules: code of others is not loaded")]
    [TestCase("authenticate_frameworks", "true", "--authenticate_frameworks: not supported: there is no v0 driver to authenticate; use --authenticate_http_frameworks")]
    [TestCase("zk", "zk://user@h/m", "--zk: What stands before the @ of a ZooKeeper address is user:password, and a part of it is missing.")]
    [TestCase("zk", "h1:2181/m", "--zk: A ZooKeeper address begins with zk://, as in zk://host1:2181,host2:2181/offerbook.")]
    public void Flag_WithAWrongValue_IsRefusedWithItsName(string name, string value, string text)
    {
        Assert.That(() => MasterFlags.Apply(Flag(name), value, Plain), Throws.TypeOf<FormatException>().With.Message.EqualTo(text));
    }

    [Test]
    public void Flag_FromAFile_IsRead()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "r1,r2\n");

        Assert.That(MasterFlags.Effective(MasterFlags.Apply(Flag("roles"), "file://" + file, Plain)),
            Has.Member(KeyValuePair.Create("roles", "r1,r2")));
        File.Delete(file);
    }

    [Test]
    public void Effective_OfTheDefaults_AgreesWithTheOriginalWhereItIsNotMeantToDiffer()
    {
        var recorded = new Dictionary<string, string>
        {
            ["agent_ping_timeout"] = "15secs", ["agent_reregister_timeout"] = "10mins", ["allocator"] = "hierarchical",
            ["allocator_agent_recovery_factor"] = "0.8",
            ["allocator_recovery_timeout"] = "10mins", ["authenticate_agents"] = "false", ["authenticate_frameworks"] = "false",
            ["authenticate_http_frameworks"] = "false", ["authenticate_http_readonly"] = "false", ["authenticate_http_readwrite"] = "false",
            ["authenticators"] = "crammd5", ["authorizers"] = "local", ["filter_gpu_resources"] = "true", ["framework_sorter"] = "drf",
            ["http_authenticators"] = "basic",
            ["logging_level"] = "INFO", ["max_agent_ping_timeouts"] = "5", ["max_completed_frameworks"] = "50",
            ["max_completed_tasks_per_framework"] = "1000",
            ["max_operator_event_stream_subscribers"] = "1000", ["max_unreachable_tasks_per_framework"] = "1000",
            ["min_allocatable_resources"] = "cpus:0.01|mem:32",
            ["offer_constraints_re2_max_mem"] = "4KB", ["offer_constraints_re2_max_program_size"] = "100", ["port"] = "5050",
            ["publish_per_framework_metrics"] = "true", ["quiet"] = "false", ["recovery_agent_removal_limit"] = "100%",
            ["registry_gc_interval"] = "15mins",
            ["registry_max_agent_age"] = "2weeks", ["registry_max_agent_count"] = "102400", ["require_agent_domain"] = "false",
            ["role_sorter"] = "drf",
            ["root_submissions"] = "true",
        };

        var effective = MasterFlags.Effective(Plain);

        Assert.That(recorded.Except(effective), Is.Empty);
        Assert.That(effective.Select(flag => flag.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }

    [Test]
    public void Document_IsTheSameList()
    {
        var rows = File.ReadLines(Path.Combine(Root(), "docs/operating/master-flags.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        var expected = Path.Combine(TestContext.CurrentContext.WorkDirectory, "master-flags.rows");
        File.WriteAllLines(expected, Rows());
        Assert.That(rows, Is.EqualTo(Rows()),
            $"change docs/operating/master-flags.md with the flags; the rows as they should be are in {expected}");
    }

    /// <summary>Those of the original in one table, our own in another below it.</summary>
    private static IEnumerable<string> Rows() => MasterFlags.All.OrderBy(flag => flag.IsOwn).Select(Row);

    private static string Row(MasterFlag flag)
    {
        var support = flag.Support switch { FlagSupport.Supported => "supported", FlagSupport.Ignored => "ignored", _ => "not supported" };
        var old = flag.OldName is null ? "" : $" (`{flag.OldName}`)";
        var shown = flag.Name is "hostname" or "work_dir" ? null : flag.Show?.Invoke(Plain);
        return flag.IsOwn
            ? $"| `{flag.Name}` | {shown} | {flag.Note} |"
            : $"| `{flag.Name}`{old} | {support} | {shown?.Replace("|", "\\|")} | {flag.Note} |";
    }

    private static MasterFlag Flag(string name) => MasterFlags.All.Single(flag => flag.Name == name);

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Offerbook.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }
        return directory;
    }
}
