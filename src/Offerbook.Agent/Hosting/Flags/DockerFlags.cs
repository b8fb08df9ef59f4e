using Offerbook.Wire.Flags;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about Docker containers.</summary>
internal static class DockerFlags
{
    private const string Processes = "mesos";
    private const string Engine = "docker";

    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Docker("containerizers", "mesos: processes of this host; docker: containers from images, also of type MESOS, by a Docker engine",
            (text, docker) => docker with { Enabled = NamesEngine(text) }, docker => docker.Enabled ? $"{Processes},{Engine}" : Processes),
        Docker("docker_socket", "Not touched before the first container that needs it",
            (text, docker) =>
                docker with { Socket = text.StartsWith("unix://", StringComparison.Ordinal) ? text["unix://".Length..] : text }, docker =>
                    docker.Socket) with { IsPath = true },
        Docker("sandbox_directory", "Where containers from images see their sandbox",
            (text, docker) => docker with { SandboxDirectory = Absolute(text) }, docker => docker.SandboxDirectory) with { IsPath = true },
    ];

    private static AgentFlag Docker(string name, string note, Func<string, DockerOptions, DockerOptions> apply,
        Func<DockerOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Docker = apply(text, options.Docker) },
            Show = options => show(options.Docker) };

    private static bool NamesEngine(string text)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 && names.All(name => name is Processes or Engine)
            ? names.Contains(Engine)
            : throw new FormatException($"expecting {Processes}, {Engine}, or both with a comma, not '{text}'");
    }

    private static string Absolute(string text) =>
        text.StartsWith('/') && text.TrimEnd('/') is { Length: > 0 } path
            ? path : throw new FormatException($"expecting an absolute path, not '{text}'");
}
