using System.Net.Sockets;
using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>
/// A Docker engine of an agent's own: Debian's dockerd with directories and a socket that nobody else uses, without a network of its
/// own, and with one image made of a static busybox.
/// </summary>
internal static class EnginePlan
{
    public const string Image = "chaos";

    /// <summary>What its control groups' root ends with; a killed engine forgets some below it.</summary>
    public const string Groups = "-docker";

    private const string Shell = "/bin/busybox";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string SocketOf(Machine machine) => Path.Combine(machine.Directory, "docker.sock");

    /// <param name="keeps">Whether containers live on while the engine is down.</param>
    /// <exception cref="HostException">The packages are not installed, or we may not do what it needs.</exception>
    public static ChildStart Engine(Machine machine, bool keeps)
    {
        if (!File.Exists(Shell) || !File.Exists("/usr/sbin/dockerd"))
        {
            throw new HostException("docker.io and busybox-static are needed for engines: install the packages");
        }
        var directory = Directory.CreateDirectory(Path.Combine(machine.Directory, "docker")).FullName;
        // Its containerd dies with it; where nobody reaps that at once, the next engine would take the dead one for alive and wait for it.
        var start = $"rm -f {directory}/pid {directory}/exec/containerd/containerd.pid; exec /usr/sbin/dockerd \"$@\"";
        return new ChildStart("sh",
        [
            "-c", start, "sh", "--data-root", $"{directory}/data", "--exec-root", $"{directory}/exec", "--host",
            $"unix://{SocketOf(machine)}",
            "--pidfile", $"{directory}/pid", "--bridge", "none", "--iptables=false", "--ip6tables=false",
            "--cgroup-parent", "/" + ControlGroups.RootOf(machine.Name) + Groups, .. keeps ? ["--live-restore"] : Array.Empty<string>(),
        ]);
    }

    /// <summary>Waits for the engine and gives it the image.</summary>
    public static async Task PrepareAsync(Machine machine)
    {
        using var http = Client(machine);
        if (!await Polling.HoldsAsync(() => AnswersAsync(http), Patience))
        {
            throw new HostException($"the engine of {machine.Name} did not come up");
        }
        var image = Path.Combine(machine.Directory, "image");
        var programs = Directory.CreateDirectory(Path.Combine(image, "bin")).FullName;
        File.Copy(Shell, Path.Combine(programs, "busybox"));
        foreach (var applet in new[] { "sh", "sleep" })
        {
            File.CreateSymbolicLink(Path.Combine(programs, applet), "busybox");
        }
        await Command.RunAsync("tar", "-C", image, "-cf", image + ".tar", ".");
        using var content = new StreamContent(File.OpenRead(image + ".tar")) { Headers = { ContentType = new("application/x-tar") } };
        using var answer = await http.PostAsync($"/images/create?fromSrc=-&repo={Image}", content);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HostException($"the engine of {machine.Name} took no image: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <returns>Names of the containers that are there, whatever their state.</returns>
    public static async Task<IReadOnlyList<string>> ContainersAsync(Machine machine)
    {
        using var http = Client(machine);
        try
        {
            var told = JArray.Parse(await http.GetStringAsync("/containers/json?all=1"));
            return [.. told.Select(container => $"container {container["Names"]?[0]} ({container["Status"]}) on {machine.Name}")];
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
        {
            return [$"the engine of {machine.Name} does not say which containers it has: {silent.Message}"];
        }
    }

    private static HttpClient Client(Machine machine) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketOf(machine)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://docker"), Timeout = Patience,
    };

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/version");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // Not yet.
        }
    }
}
