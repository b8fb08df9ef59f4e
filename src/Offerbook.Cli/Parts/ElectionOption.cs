using System.CommandLine;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;

namespace Offerbook.Cli.Parts;

/// <summary><c>--zk</c> and <c>--zk_session_timeout</c>: the election that several instances of a part stand in.</summary>
internal sealed class ElectionOption(string part)
{
    private readonly Option<string?> _address = new("--zk")
    {
        Description = "zk://user:password@h1:2181,h2:2181/path: several instances elect a leader there; "
            + $"a file as file:///path, or {Variable(part)}, keep the password out of the list of processes",
        HelpName = "address",
    };

    private readonly Option<int> _session = new("--zk_session_timeout", "--zk-session-timeout")
    {
        Description = "Milliseconds that ZooKeeper waits for a sign of life before it lets another lead",
        DefaultValueFactory = _ => (int)ElectionOptions.DefaultSessionTimeout.TotalMilliseconds,
        HelpName = "ms",
    };

    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_session);
    }

    /// <summary>Null: it stands alone.</summary>
    /// <param name="below">The part's own folder below the address's path.</param>
    /// <param name="store">Where the part keeps its journal; null: in its data directory.</param>
    /// <exception cref="CliException">The address is not one.</exception>
    public ElectionOptions? Resolve(ParseResult parsed, string below, StoreAddress? store)
    {
        if ((parsed.GetValue(_address) ?? Environment.GetEnvironmentVariable(Variable(part))) is not { Length: > 0 } text)
        {
            return null;
        }
        try
        {
            ElectionOptions.RequireShared(store ?? new StoreAddress.OfFile("its data directory's journal.db"));
            return ElectionFactory.TryRead(text, out var address, out var error)
                ? ElectionOptions.InZooKeeper(address, TimeSpan.FromMilliseconds(Math.Max(100, parsed.GetValue(_session))), below)
                : throw new FormatException(error);
        }
        catch (FormatException problem)
        {
            throw new CliException(ExitCode.BadInput, problem.Message.StartsWith("--zk", StringComparison.Ordinal)
                ? problem.Message : "--zk: " + problem.Message);
        }
    }

    private static string Variable(string part) => $"OFFERBOOK_{part.ToUpperInvariant()}_ZK";
}
