using System.Runtime.InteropServices;

namespace Offerbook.Chaos.Hosts;

/// <summary>
/// Without root we go on in a user namespace of our own, in which we are root over networks and mounts that we made, and over nothing
/// else. No other user exists there, so that nothing can be given to one.
/// </summary>
public static partial class UserSpace
{
    public const string Refusal = "networks of its own need root, or a kernel that lets other users have a namespace of users "
        + "(user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)";

    private const string ForRoot = "--map-root-user";

    /// <summary>Names of networks are kept in <c>/run/netns</c>, which only root can make in the box's own <c>/run</c>.</summary>
    private const string Prepared = "mount -t tmpfs -o mode=0755 tmpfs /run && mkdir /run/netns && exec \"$@\"";

    private static readonly string[] Spaces = ["--user", ForRoot, "--net", "--mount", "--"];

    /// <summary>Whether there is no user here but us.</summary>
    private static bool IsAlone { get; } = File.ReadLines("/proc/self/uid_map")
        .Sum(range => uint.Parse(range.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])) == 1;

    /// <summary>Returns for root only; for others this program begins again as the root of its own namespace.</summary>
    /// <exception cref="HostException">The kernel does not allow it: <see cref="Refusal"/>.</exception>
    internal static async Task EnterAsync(string[] arguments)
    {
        if (geteuid() == 0)
        {
            return;
        }
        var (status, output) = await Command.TryAsync("unshare", [.. Spaces, "true"]);
        if (status != 0)
        {
            throw new HostException($"{Refusal}: {output.Trim()}");
        }
        string?[] line = ["unshare", .. Spaces, "sh", "-c", Prepared, "sh", Environment.ProcessPath, .. arguments, null];
        _ = execvp("unshare", line);
        throw new HostException($"unshare cannot be run: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <returns>What a command line begins with so that it runs as that user: for a program that refuses to be run by root.</returns>
    internal static string[] As(string user) => IsAlone
        ? ["unshare", "--user", "--map-user=" + user, "--map-group=" + user, "--"]
        : ["setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"];

    /// <summary>Gives a directory to a user; where there is no other user it stays ours, who are that one too.</summary>
    internal static Task GiveAsync(string directory, string user) =>
        IsAlone ? Task.CompletedTask : Command.RunAsync("chown", user, directory);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int execvp(string program, string?[] arguments);
}
