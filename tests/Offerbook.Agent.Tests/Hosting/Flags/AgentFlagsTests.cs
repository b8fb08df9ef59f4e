using Offerbook.Agent.Hosting.Flags;
using Offerbook.Wire.Flags;

namespace Offerbook.Agent.Tests.Hosting.Flags;

public sealed class AgentFlagsTests
{
    private static readonly AgentOptions Plain = new("/work", [new Uri("http://127.0.0.1:5050")]);

    [TestCase("master", "zk://user:secret@a,b:2182/mesos", "zk://user@a:2181,b:2182/mesos")]
    [TestCase("gc_delay", "2days", "2days")]
    [TestCase("gc_disk_headroom", "0.2", "0.2")]
    [TestCase("fetcher_cache_size", "4GB", "4GB")]
    [TestCase("isolation", "cgroups/cpu,cgroups/mem", "cgroups/cpu,cgroups/mem")]
    
    [TestCase("master", "a:5050,http://b:6060", "http://a:5050/,http://b:6060/")]
    [TestCase("http_heartbeat_interval", "10secs", "10secs")]
    [TestCase("authenticate_http_readonly", "", "true")]
    [TestCase("stop_tasks", "true", "true")]
    public void Flags_TakeEffect(string name, string value, string shown)
    {
        var flag = Flag(name);

        Assert.That(flag.Show!(AgentFlags.Set.Apply(flag, value, Plain)), Is.EqualTo(shown));
    }

    [TestCase("gc_delay", "soon", "--gc_delay: ")]
    [TestCase("master", "zk://user@a/mesos", "--master: What stands before the @")]
    [TestCase("master", "a:5050,zk://b/mesos", "--master: an election names the leader alone")]
    [TestCase("port", "-1", "--port: ")]
    [TestCase("modules", "{}", "--modules: not supported: there are no modules")]
    [TestCase("http_executor_domain_sockets", "true", "--http_executor_domain_sockets: not supported: ")]
    public void Flags_ThatAreWrongOrNotSupported_AreRefusedByName(string name, string value, string text)
    {
        Assert.That(() => AgentFlags.Set.Apply(Flag(name), value, Plain), Throws.TypeOf<FormatException>().With.Message.StartsWith(text));
    }

    [Test]
    public void Names_AreThereOnce() =>
        Assert.That(AgentFlags.Set.All.SelectMany(flag => flag.Spellings), Is.Unique);

    [Test]
    public void Secrets_AreNotShown()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{"principal":"agent","secret":"hidden"}""");
            var options = AgentFlags.Set.Apply(Flag("credential"), file, Plain);

            Assert.That(options.Credential!.Secret, Is.EqualTo("hidden"));
            Assert.That(AgentFlags.Set.Effective(options).Select(flag => flag.Value), Has.None.Contains("hidden"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Document_IsTheSameList()
    {
        var rows = File.ReadLines(Path.Combine(Root(), "docs/operating/agent-flags.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        var expected = Path.Combine(TestContext.CurrentContext.WorkDirectory, "agent-flags.rows");
        File.WriteAllLines(expected, Rows());
        Assert.That(rows, Is.EqualTo(Rows()),
            $"change docs/operating/agent-flags.md with the flags; the rows as they should be are in {expected}");
    }

    /// <summary>Those of the original in one table, our own in another below it.</summary>
    private static IEnumerable<string> Rows() => AgentFlags.Set.All.OrderBy(flag => flag.IsOwn).Select(Row);

    private static string Row(Flag<AgentOptions> flag)
    {
        var support = flag.Support switch { FlagSupport.Supported => "supported", FlagSupport.Ignored => "ignored", _ => "not supported" };
        var old = flag.OldName is null ? "" : $" (`{flag.OldName}`)";
        var shown = flag.Name is "hostname" or "work_dir" ? null : flag.Show?.Invoke(Plain);
        return flag.IsOwn
            ? $"| `{flag.Name}` | {shown} | {flag.Note} |"
            : $"| `{flag.Name}`{old} | {support} | {shown?.Replace("|", "\\|")} | {flag.Note} |";
    }

    private static Flag<AgentOptions> Flag(string name) => AgentFlags.Set.All.Single(flag => flag.Name == name);

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
