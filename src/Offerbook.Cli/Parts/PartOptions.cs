using System.CommandLine;
using System.Net;
using Offerbook.Coordination.Hosting;

namespace Offerbook.Cli.Parts;

/// <summary>Options that several parts take.</summary>
internal static class PartOptions
{
    /// <param name="part">The long form <c>--part-port</c> is what local mode calls the same thing; error texts use it.</param>
    public static Option<int> Port(string part, int fallback) =>
        new("--port", $"--{part}-port") { Description = "Port to listen on; 0 takes any free one", DefaultValueFactory = _ => fallback,
            HelpName = "port" };

    public static Option<string> Listen() =>
        new("--listen") { Description = "Address to listen on", DefaultValueFactory = _ => "127.0.0.1", HelpName = "ip" };

    public static Option<string[]> Masters() => new("--master")
    {
        Description = "Address of the master; may be given several times. "
            + "Or the masters' election, as zk://h1:2181,h2:2181/path or a file that holds that",
        DefaultValueFactory = _ => ["http://127.0.0.1:5050"],
        HelpName = "url",
    };

    public static Option<string> DataDirectory(string part) =>
        new("--data-dir") { Description = "Where the part keeps its journal", DefaultValueFactory = _ => $"./.offerbook/{part}",
            HelpName = "dir" };

    /// <summary>Null: the masters are named by their addresses.</summary>
    public static MasterDetection? Election(string[] texts) =>
        texts is not [var text] ? null
        : MasterDetection.TryRead(text, out var detection, out var error) ? detection
        : error is null ? null
        : throw new CliException(ExitCode.BadInput, error, "give --master as zk://host:2181/path, or as http://host:port");

    public static IPAddress Address(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw new CliException(ExitCode.BadInput, $"'{text}' is not an IP address",
            "--listen takes an address of this machine, such as 127.0.0.1 or 0.0.0.0");

    public static IReadOnlyList<Uri> Addresses(string[] texts) => [.. texts.Select(text =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var address)
            && address.Scheme is ("http" or "https")
                ? address
                : throw new CliException(ExitCode.BadInput, $"'{text}' is not an address of a master",
                    "give --master as http://host:port"))];
}
