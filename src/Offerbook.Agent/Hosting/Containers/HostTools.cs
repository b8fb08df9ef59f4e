namespace Offerbook.Agent.Hosting.Containers;

/// <summary>The host's programs that set containers up. Absolute, because a task may bring its own PATH.</summary>
internal static class HostTools
{
    public static readonly string Shell = Find("sh");
    public static readonly string Setsid = Find("setsid");
    public static readonly string Setpriv = Find("setpriv");
    public static readonly string Prlimit = Find("prlimit");
    public static readonly string Env = Find("env");
    public static readonly string Unshare = Find("unshare");
    public static readonly string Nsenter = Find("nsenter");
    public static readonly string Mount = Find("mount");

    /// <summary>A shell that passes on variables of any name and can name a program as it likes; null where there is none.</summary>
    public static readonly string? Bash = Find("bash") is var bash && File.Exists(bash) ? bash : null;

    private static string Find(string program) =>
        new[] { "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/" }
            .Select(directory => directory + program).FirstOrDefault(File.Exists) ?? "/usr/bin/" + program;
}
