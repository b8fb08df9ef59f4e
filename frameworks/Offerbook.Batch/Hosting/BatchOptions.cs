using System.Net;
using Offerbook.Batch.Core;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Batch.Hosting;

/// <summary>How a batch scheduler is run.</summary>
/// <param name="DataDirectory">Holds its journal; created with mode 0700 when it is missing. One scheduler at a time.</param>
/// <param name="Masters">Addresses of masters, tried in turn; at least one, unless <see cref="DetectMaster"/> finds them.</param>
public sealed record BatchOptions(string DataDirectory, IReadOnlyList<Uri> Masters)
{
    public const int DefaultPort = 8082;

    /// <summary>Where clients are served: loopback only unless said otherwise. Port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>Makes what names the leading master, in place of the list. Null: the list.</summary>
    public Func<Task<ILeaderDetector>>? DetectMaster { get; init; }

    /// <summary>Where masters are, as may be shown to anybody; null: the list.</summary>
    public string? ShownMaster { get; init; }

    /// <summary>The role in which resources are offered.</summary>
    public string Role { get; init; } = BatchSettings.Default.Role;

    /// <summary>The framework's name.</summary>
    public string Name { get; init; } = BatchSettings.Default.FrameworkName;

    /// <summary>The user that tasks run as; the one that runs the scheduler by default.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>What is shown to the master, whose principal the framework then has; null when the master lets everybody in.</summary>
    public Credential? Credential { get; init; }

    /// <summary>The finer settings; role, name and user above take precedence.</summary>
    public BatchSettings Settings { get; init; } = BatchSettings.Default;

    /// <summary>Where the journal is; null: the file <see cref="Journal"/>.</summary>
    public StoreAddress? Store { get; init; }

    /// <summary>The election it stands in. Null: nobody else stands, and it leads.</summary>
    public ElectionOptions? Election { get; init; }

    /// <summary>Where others reach it. Null: at the address it listens on, or under this machine's name if that is any address.</summary>
    public string? Hostname { get; init; }

    public string Journal => Path.Combine(DataDirectory, "journal.db");

    /// <summary>Opens the journal of each term, in place of <see cref="Store"/>.</summary>
    internal Func<IJournal>? OpenStore { get; init; }

    internal StoreAddress EffectiveStore => Store ?? new StoreAddress.OfFile(Journal);

    internal Uri Advertised(Uri listens)
    {
        var host = Hostname
            ?? (Listen.Address.Equals(IPAddress.Any) || Listen.Address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : null);
        return host is null ? listens : new UriBuilder(listens) { Host = host }.Uri;
    }

    internal BatchSettings EffectiveSettings => Settings with { Role = Role, FrameworkName = Name, User = User };
}
