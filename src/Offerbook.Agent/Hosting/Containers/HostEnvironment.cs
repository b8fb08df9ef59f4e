using System.Collections;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What a task's environment starts from: the agent's own, without what is meant for the agent (its flags may hold passwords),
/// and with more directories at the end of PATH.
/// </summary>
internal sealed class HostEnvironment
{
    private static readonly string[] HiddenPrefixes = ["MESOS_", "LIBPROCESS_", "OFFERBOOK_"];
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly List<KeyValuePair<string, string>> _inherited = [];
    private readonly string? _extraPath;

    public HostEnvironment(IDictionary own, string? extraPath)
    {
        _extraPath = extraPath;
        foreach (DictionaryEntry entry in own)
        {
            var name = (string)entry.Key;
            if (!HiddenPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                _inherited.Add(new(name, (string?)entry.Value ?? ""));
            }
        }
    }

    /// <summary>As <see cref="Fill"/> does, each name once.</summary>
    public IEnumerable<KeyValuePair<string, string>> Of(ContainerSpec spec, string sandbox)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        Fill(environment, spec, sandbox);
        return environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Value ?? ""));
    }

    /// <summary>
    /// Fills <paramref name="environment"/> for a process in the container's sandbox. Later ones win, the task's own last.
    /// </summary>
    public void Fill(IDictionary<string, string?> environment, ContainerSpec spec, string sandbox,
        IEnumerable<KeyValuePair<string, string>>? more = null)
    {
        environment.Clear();
        environment["PATH"] = DefaultPath;
        foreach (var (name, value) in _inherited)
        {
            environment[name] = value;
        }
        environment["MESOS_DIRECTORY"] = sandbox;
        environment["MESOS_SANDBOX"] = sandbox;
        foreach (var (name, value) in spec.Environment.Concat(more ?? []))
        {
            environment[name] = value;
        }
        if (_extraPath is not null)
        {
            environment["PATH"] += ":" + _extraPath;
        }
    }
}
