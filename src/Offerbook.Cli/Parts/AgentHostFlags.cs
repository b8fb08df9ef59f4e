using System.CommandLine;
using Offerbook.Agent;
using Offerbook.Agent.Registration;

namespace Offerbook.Cli.Parts;

/// <summary>The agent's flags about its machine: what it is, what is fetched and what is kept on its disk. Named as the original's are.</summary>
internal sealed class AgentHostFlags
{
    private readonly Option<string?> _domain = new("--domain")
    {
        Description = "The fault domain as JSON: {\"fault_domain\":{\"region\":{\"name\":\"eu\"},\"zone\":{\"name\":\"a\"}}}", HelpName = "json",
    };

    private readonly Option<ReconfigurationPolicy> _reconfiguration = new("--reconfiguration_policy")
    {
        Description = "How resources, attributes, host name and domain may differ from the last start: equal, additive or any",
        DefaultValueFactory = _ => ReconfigurationPolicy.Equal,
        HelpName = "policy",
    };

    private readonly Option<string?> _frameworksHome = new("--frameworks_home") { Description = "What relative paths of URIs are relative to", HelpName = "dir" };

    private readonly Option<string?> _cacheDirectory = new("--fetcher_cache_dir") { Description = "Where fetched files are kept (else in the work directory)", HelpName = "dir" };

    private readonly Option<string> _cacheSize = Bytes("--fetcher_cache_size", "2GB", "How much of what was fetched is kept");

    private readonly Option<string> _maxBytes = Bytes("--fetcher_max_bytes", "64GB", "How large a fetched file, or what is in an archive, may be");

    private readonly Option<string> _stall = Time("--fetcher_stall_timeout", "1mins", "A source that gives nothing for so long has failed");

    private readonly Option<string> _gcDelay = Time("--gc_delay", "1weeks", "How long sandboxes of finished tasks stay at most");

    private readonly Option<double> _headroom = new("--gc_disk_headroom")
    {
        Description = "The share of the disk to be kept free: sandboxes go after gc_delay * max(0, 1 - headroom - usage)", DefaultValueFactory = _ => 0.1, HelpName = "0-1",
    };

    private readonly Option<string> _diskWatch = Time("--disk_watch_interval", "1mins", "How often the disk is looked at");

    private readonly Option<string?> _gcBytes = new("--gc_max_bytes") { Description = "How much the sandboxes of finished tasks may hold together (else as much as the disk)", HelpName = "size" };

    private readonly Option<int> _maxFrameworks = new("--max_completed_frameworks")
    {
        Description = "Frameworks without tasks whose finished tasks are remembered", DefaultValueFactory = _ => 50, HelpName = "n",
    };

    private readonly Option<int> _maxExecutors = new("--max_completed_executors_per_framework")
    {
        Description = "Finished executors that are remembered, with their sandboxes, for each framework", DefaultValueFactory = _ => 150, HelpName = "n",
    };

    private readonly Option<int> _maxTasks = new("--max_completed_tasks_per_framework")
    {
        Description = "Finished tasks that are remembered, with their sandboxes, for each framework", DefaultValueFactory = _ => 200, HelpName = "n",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _domain, _reconfiguration, _frameworksHome, _cacheDirectory, _cacheSize, _maxBytes, _stall, _gcDelay, _headroom, _diskWatch, _gcBytes,
            _maxFrameworks, _maxExecutors, _maxTasks,
        })
        {
            command.Add(option);
        }
    }

    public AgentOptions ApplyTo(AgentOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(_headroom) is var headroom && headroom is not (>= 0 and <= 1))
        {
            throw new CliException(ExitCode.BadInput, $"--gc_disk_headroom: {headroom} is not between 0 and 1", "for instance 0.1");
        }
        return options with
        {
            Domain = parsed.GetValue(_domain),
            Reconfiguration = parsed.GetValue(_reconfiguration),
            Fetch = new FetchOptions
            {
                FrameworksHome = parsed.GetValue(_frameworksHome),
                CacheDirectory = parsed.GetValue(_cacheDirectory) is { } cache ? Path.GetFullPath(cache) : null,
                CacheBytes = FlagUnits.Bytes(_cacheSize.Name, parsed.GetValue(_cacheSize)!),
                MaxBytes = FlagUnits.Bytes(_maxBytes.Name, parsed.GetValue(_maxBytes)!),
                StallTimeout = FlagUnits.Time(_stall.Name, parsed.GetValue(_stall)!),
            },
            Tune = settings => options.Tune(settings) with
            {
                SandboxMaxAge = FlagUnits.Time(_gcDelay.Name, parsed.GetValue(_gcDelay)!),
                SandboxDiskHeadroom = headroom,
                SandboxReviewInterval = FlagUnits.Time(_diskWatch.Name, parsed.GetValue(_diskWatch)!),
                MaxFinishedBytes = parsed.GetValue(_gcBytes) is { } bytes ? FlagUnits.Bytes(_gcBytes.Name, bytes) : null,
                MaxFinishedFrameworks = AtLeastOne(_maxFrameworks, parsed),
                MaxFinishedExecutorsPerFramework = AtLeastOne(_maxExecutors, parsed),
                MaxFinishedPerFramework = AtLeastOne(_maxTasks, parsed),
            },
        };
    }

    private static int AtLeastOne(Option<int> option, ParseResult parsed) => parsed.GetValue(option) is >= 1 and var count
        ? count
        : throw new CliException(ExitCode.BadInput, $"{option.Name}: must be 1 or more", "for instance 50");

    private static Option<string> Bytes(string name, string otherwise, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise, HelpName = "size" };

    private static Option<string> Time(string name, string otherwise, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise, HelpName = "duration" };
}
