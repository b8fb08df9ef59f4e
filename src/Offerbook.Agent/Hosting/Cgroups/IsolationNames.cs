namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>What <c>--isolation</c> asks for.</summary>
/// <param name="Controllers">Those of cpu, memory and pids that are used.</param>
/// <param name="Required">Those that must be there; the agent does not start without.</param>
internal sealed record IsolationNames(IReadOnlyList<string> Controllers, IReadOnlyList<string> Required)
{
    public static readonly IsolationNames Automatic = new(["cpu", "memory", "pids"], []);

    /// <summary>Names of the original's that say what this agent does by itself whenever a task asks for it, or has always on.</summary>
    private static readonly string[] Implied =
    [
        "disk/du", "filesystem/posix", "filesystem/linux", "docker/runtime", "linux/capabilities", "linux/nnp", "posix/rlimits",
        "namespaces/pid", "namespaces/ipc", "environment_secret", "volume/sandbox_path", "volume/host_path",
    ];

    /// <exception cref="FormatException">A name is not known.</exception>
    public static IsolationNames Parse(string? text)
    {
        if (text is null)
        {
            return Automatic;
        }
        var controllers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (name)
            {
                case "cgroups/all":
                    controllers.UnionWith(Automatic.Controllers);
                    break;
                case "cgroups/cpu" or "cgroups/pids":
                    controllers.Add(name["cgroups/".Length..]);
                    break;
                case "cgroups/mem":
                    controllers.Add("memory");
                    break;
                case "posix/cpu" or "posix/mem":
                    break;
                default:
                    if (!Implied.Contains(name))
                    {
                        throw new FormatException(
                            $"Isolation '{name}' in '{text}' is not known here. Known are cgroups/all, cgroups/cpu, cgroups/mem, " +
                            $"cgroups/pids, posix/cpu, posix/mem, and, without effect because they are always on: {string.Join(", ", Implied)}");
                    }
                    break;
            }
        }
        return new IsolationNames([.. controllers], [.. controllers]);
    }
}
