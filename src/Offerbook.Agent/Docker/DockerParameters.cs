using System.Globalization;
using System.Text.Json.Nodes;

namespace Offerbook.Agent.Docker;

/// <summary>
/// Options of <c>docker run</c> that frameworks may pass (DockerInfo.parameters), by their long names, and where each stands in the
/// engine's API. An option that is not here is refused by name: passed over silently, it would be missed in production.
/// docs/using/docker.md shows this table.
/// </summary>
internal static class DockerParameters
{
    private delegate string? Setter(ContainerBody body, string value);

    private static readonly SortedDictionary<string, Setter> Known = new(StringComparer.Ordinal)
    {
        ["add-host"] = List("ExtraHosts"),
        ["blkio-weight"] = Number("BlkioWeight"),
        ["cap-add"] = List("CapAdd"),
        ["cap-drop"] = List("CapDrop"),
        ["cgroup-parent"] = Text("CgroupParent"),
        ["cgroupns"] = Text("CgroupnsMode"),
        ["cpu-period"] = Number("CpuPeriod"),
        ["cpu-quota"] = Number("CpuQuota"),
        ["cpu-shares"] = Number("CpuShares"),
        ["cpus"] = Cpus,
        ["cpuset-cpus"] = Text("CpusetCpus"),
        ["cpuset-mems"] = Text("CpusetMems"),
        ["device"] = Device,
        ["device-cgroup-rule"] = List("DeviceCgroupRules"),
        ["dns"] = List("Dns"),
        ["dns-opt"] = List("DnsOptions"),
        ["dns-option"] = List("DnsOptions"),
        ["dns-search"] = List("DnsSearch"),
        ["domainname"] = ConfigText("Domainname"),
        ["entrypoint"] = Entrypoint,
        ["env"] = Environment,
        ["expose"] = Expose,
        ["group-add"] = List("GroupAdd"),
        ["hostname"] = ConfigText("Hostname"),
        ["init"] = Flag("Init"),
        ["interactive"] = ConfigFlag("OpenStdin"),
        ["ip"] = (body, value) => Address(body, "IPv4Address", value),
        ["ip6"] = (body, value) => Address(body, "IPv6Address", value),
        ["ipc"] = Text("IpcMode"),
        ["kernel-memory"] = Size("KernelMemory"),
        ["label"] = Label,
        ["link"] = List("Links"),
        ["log-driver"] = LogDriver,
        ["log-opt"] = LogOption,
        ["mac-address"] = ConfigText("MacAddress"),
        ["memory"] = Size("Memory"),
        ["memory-reservation"] = Size("MemoryReservation"),
        ["memory-swap"] = Size("MemorySwap"),
        ["memory-swappiness"] = Number("MemorySwappiness"),
        ["net-alias"] = Alias,
        ["network-alias"] = Alias,
        ["no-healthcheck"] = NoHealthCheck,
        ["oom-kill-disable"] = Flag("OomKillDisable"),
        ["oom-score-adj"] = Number("OomScoreAdj"),
        ["pid"] = Text("PidMode"),
        ["pids-limit"] = Number("PidsLimit"),
        ["privileged"] = Flag("Privileged"),
        ["read-only"] = Flag("ReadonlyRootfs"),
        ["runtime"] = Text("Runtime"),
        ["security-opt"] = List("SecurityOpt"),
        ["shm-size"] = Size("ShmSize"),
        ["stop-signal"] = ConfigText("StopSignal"),
        ["storage-opt"] = Map("StorageOpt"),
        ["sysctl"] = Map("Sysctls"),
        ["tmpfs"] = Tmpfs,
        ["tty"] = ConfigFlag("Tty"),
        ["ulimit"] = Ulimit,
        ["user"] = ConfigText("User"),
        ["userns"] = Text("UsernsMode"),
        ["uts"] = Text("UTSMode"),
        ["volume"] = Bind,
        ["volume-driver"] = Text("VolumeDriver"),
        ["volumes-from"] = List("VolumesFrom"),
        ["workdir"] = ConfigText("WorkingDir"),
    };

    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["c"] = "cpu-shares", ["e"] = "env", ["h"] = "hostname", ["i"] = "interactive", ["l"] = "label", ["m"] = "memory", ["t"] = "tty",
        ["u"] = "user", ["v"] = "volume", ["w"] = "workdir",
    };

    /// <summary>Labels of this name are the agent's own: by them it finds its containers again.</summary>
    public const string OwnLabels = "offerbook.";

    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>Why a parameter cannot be taken; null when it can.</summary>
    public static string? Problem(string key, string value) => Apply(new ContainerBody(), key, value);

    /// <summary>Puts a parameter into a request.</summary>
    /// <returns>Why it cannot be taken; null when it was.</returns>
    public static string? Apply(ContainerBody body, string key, string value)
    {
        if (!Known.TryGetValue(Short.GetValueOrDefault(key, key), out var setter))
        {
            return $"its Docker parameter '{key}' is not supported (docs/using/docker.md lists those that are)";
        }
        return setter(body, value) is { } problem ? $"its Docker parameter '{key}' cannot be '{value}': {problem}" : null;
    }

    private static Setter Text(string name) => (body, value) => Set(body.Host, name, value);

    private static Setter ConfigText(string name) => (body, value) => Set(body.Config, name, value);

    private static Setter List(string name) => (body, value) =>
    {
        ContainerBody.Append(body.Host, name, value);
        return null;
    };

    private static Setter Map(string name) => (body, value) => Pair(value, (key, text) => ContainerBody.Put(body.Host, name, key, text));

    private static Setter Flag(string name) => (body, value) => Bool(body.Host, name, value);

    private static Setter ConfigFlag(string name) => (body, value) => Bool(body.Config, name, value);

    private static Setter Number(string name) => (body, value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Set(body.Host, name, number)
            : "it must be a whole number";

    private static Setter Size(string name) => (body, value) =>
        ByteSize.TryParse(value, out var bytes) ? Set(body.Host, name, bytes) : "it must be a size such as 512m";

    private static string? Cpus(ContainerBody body, string value) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) && cpus is >= 0 and < 1_000_000
            ? Set(body.Host, "NanoCpus", (long)(cpus * 1_000_000_000))
            : "it must be a number of processors such as 1.5";

    private static string? Device(ContainerBody body, string value)
    {
        var parts = value.Split(':');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0))
        {
            return "it must be HOST[:CONTAINER[:PERMISSIONS]]";
        }
        ContainerBody.Append(body.Host, "Devices", new JsonObject
        {
            ["PathOnHost"] = parts[0],
            ["PathInContainer"] = parts.Length > 1 ? parts[1] : parts[0],
            ["CgroupPermissions"] = parts.Length > 2 ? parts[2] : "rwm",
        });
        return null;
    }

    private static string? Entrypoint(ContainerBody body, string value)
    {
        body.Config["Entrypoint"] = ContainerBody.List([value]);
        return null;
    }

    private static string? Environment(ContainerBody body, string value)
    {
        if (value.IndexOf('=') <= 0)
        {
            return "it must be NAME=VALUE";
        }
        ContainerBody.Append(body.Config, "Env", value);
        return null;
    }

    private static string? Expose(ContainerBody body, string value)
    {
        ContainerBody.Put(body.Config, "ExposedPorts", value.Contains('/') ? value : value + "/tcp", new JsonObject());
        return null;
    }

    private static string? Address(ContainerBody body, string name, string value)
    {
        ContainerBody.Put(body.Endpoint, "IPAMConfig", name, value);
        return null;
    }

    private static string? Alias(ContainerBody body, string value)
    {
        ContainerBody.Append(body.Endpoint, "Aliases", value);
        return null;
    }

    private static string? Label(ContainerBody body, string value)
    {
        var key = value.Split('=')[0];
        if (key.StartsWith(OwnLabels, StringComparison.Ordinal))
        {
            return $"labels that begin with {OwnLabels} are the agent's own";
        }
        ContainerBody.Put(body.Config, "Labels", key, value.Length > key.Length ? value[(key.Length + 1)..] : "");
        return null;
    }

    private static string? LogDriver(ContainerBody body, string value)
    {
        body.Host["LogConfig"] = new JsonObject { ["Type"] = value };
        return null;
    }

    private static string? LogOption(ContainerBody body, string value)
    {
        if (body.Host["LogConfig"] is not JsonObject log)
        {
            body.Host["LogConfig"] = log = new JsonObject { ["Type"] = "json-file" };
        }
        return Pair(value, (key, text) => ContainerBody.Put(log, "Config", key, text));
    }

    private static string? NoHealthCheck(ContainerBody body, string value)
    {
        if (value is "" or "true")
        {
            body.Config["Healthcheck"] = new JsonObject { ["Test"] = ContainerBody.List(["NONE"]) };
        }
        return value is "" or "true" or "false" ? null : "it must be true or false";
    }

    private static string? Tmpfs(ContainerBody body, string value)
    {
        var path = value.Split(':')[0];
        ContainerBody.Put(body.Host, "Tmpfs", path, value.Length > path.Length ? value[(path.Length + 1)..] : "");
        return null;
    }

    private static string? Ulimit(ContainerBody body, string value)
    {
        var parts = value.Split('=', ':');
        if (parts.Length is not (2 or 3) || parts[0].Length == 0 || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var soft)
            || !long.TryParse(parts[^1], CultureInfo.InvariantCulture, out var hard))
        {
            return "it must be NAME=SOFT[:HARD]";
        }
        ContainerBody.Append(body.Host, "Ulimits", new JsonObject { ["Name"] = parts[0], ["Soft"] = soft, ["Hard"] = hard });
        return null;
    }

    private static string? Bind(ContainerBody body, string value)
    {
        if (!value.Contains(':'))
        {
            ContainerBody.Put(body.Config, "Volumes", value, new JsonObject());
            return null;
        }
        ContainerBody.Append(body.Host, "Binds", value);
        return null;
    }

    private static string? Pair(string value, Action<string, string> put)
    {
        var at = value.IndexOf('=');
        if (at <= 0)
        {
            return "it must be NAME=VALUE";
        }
        put(value[..at], value[(at + 1)..]);
        return null;
    }

    private static string? Bool(JsonObject to, string name, string value)
    {
        if (value is not ("" or "true" or "false"))
        {
            return "it must be true or false";
        }
        to[name] = value != "false";
        return null;
    }

    private static string? Set(JsonObject to, string name, JsonNode value)
    {
        to[name] = value;
        return null;
    }
}
