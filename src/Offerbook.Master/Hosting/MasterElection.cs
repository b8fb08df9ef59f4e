using Microsoft.Extensions.Logging;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Nodes;
using Offerbook.Storage;

namespace Offerbook.Master.Hosting;

/// <summary>The election that a master's options name.</summary>
internal static class MasterElection
{
    /// <summary>Reads the address of the election.</summary>
    /// <exception cref="FormatException">It is none; the message has no password in it.</exception>
    public static ElectionFactory Read(string? text, TimeSpan sessionTimeout, Action<string>? log = null) =>
        ElectionFactory.TryCreate(text, new MasterNodes(),
            new ElectionSettings { SessionTimeout = sessionTimeout, Log = log ?? (static _ => { }) }, out var factory, out var error)
            ? factory
            : throw new FormatException(error);

    /// <returns>Makes the candidate once the master's address is known; null when there is no election to stand in.</returns>
    /// <exception cref="FormatException">The address is none, or several masters would each have a journal of their own.</exception>
    public static Func<Uri, Func<ReadOnlyMemory<byte>>, Task<ICandidate>>? Of(MasterOptions options, ILogger? log)
    {
        if (options.Election is not null || options.ZooKeeper is null)
        {
            return options.Election;
        }
        var factory = Read(options.ZooKeeper, options.ZooKeeperSessionTimeout, line => log?.LogInformation("{Line}", line));
        if (options.EffectiveStore is StoreAddress.OfFile file && options.Journal is null && options.Quorum != 1)
        {
            throw new FormatException(
                $"--zk: the masters of one election share one journal, and {file} is this machine's own. Give all of them the same "
                + "--store postgres://user@host/database; a single master that is only to be found there says --quorum=1");
        }
        return factory.IsStandalone ? null : factory.StandAsync;
    }
}
