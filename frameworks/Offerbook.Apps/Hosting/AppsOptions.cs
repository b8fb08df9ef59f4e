using System.Net;
using Microsoft.Extensions.Logging;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Hosting;

/// <summary>How the Apps framework is run.</summary>
/// <param name="DataDirectory">Holds its journal unless <see cref="Store"/> names another place; created with mode 0700 when it is
/// missing.</param>
/// <param name="Masters">Addresses of masters, tried in turn; at least one, unless <see cref="DetectMaster"/> finds them.</param>
public sealed record AppsOptions(string DataDirectory, IReadOnlyList<Uri> Masters)
{
    public const int DefaultPort = 8080;

    /// <summary>Where clients are served: loopback only unless said otherwise. Port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>Makes what names the leading master, in place of the list. Null: the list.</summary>
    public Func<Task<ILeaderDetector>>? DetectMaster { get; init; }

    /// <summary>Where masters are, as may be shown to anybody; null: the list.</summary>
    public string? ShownMaster { get; init; }

    /// <summary>The role of apps that name none, and the one in which resources are offered.</summary>
    public string Role { get; init; } = AppsSettings.Default.Role;

    /// <summary>The framework's name.</summary>
    public string Name { get; init; } = AppsSettings.Default.FrameworkName;

    /// <summary>The user that tasks run as when their app names none; the one that runs the framework by default.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>What is shown to the master, whose principal the framework then has; null when the master lets everybody in.</summary>
    public Credential? Credential { get; init; }

    /// <summary>
    /// What is logged at first, for a logger factory that lets everything through; POST /logging changes it. Null: as the factory has it.
    /// </summary>
    public Microsoft.Extensions.Logging.LogLevel? LogMinimum { get; init; }

    /// <summary>Where the values of secrets are, a file for each; null: nobody resolves them here.</summary>
    public string? SecretsDirectory { get; init; }

    /// <summary>Where clients that take leadership away may have a backup put; null: nowhere.</summary>
    public string? BackupDirectory { get; init; }

    /// <summary>Whether and how it is served over HTTPS.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>How the API is served.</summary>
    public ApiOptions Api { get; init; } = ApiOptions.Default;

    /// <summary>The finer settings; role, name and user above take precedence.</summary>
    public AppsSettings Settings { get; init; } = AppsSettings.Default;

    /// <summary>Where the journal is; null: the file <see cref="Journal"/>.</summary>
    public StoreAddress? Store { get; init; }

    /// <summary>
    /// Where its election is held, as <c>zk://user:password@h1:2181,h2:2181/path</c>. Null: nobody else stands, and it leads.
    /// </summary>
    public string? ZooKeeper { get; init; }

    /// <summary>How long ZooKeeper waits for a sign of life before it lets another lead.</summary>
    public TimeSpan ZooKeeperSessionTimeout { get; init; } = ElectionOptions.DefaultSessionTimeout;

    /// <summary>Whether it stands in the election at <see cref="ZooKeeper"/>, if there is one.</summary>
    public bool IsHighlyAvailable { get; init; } = true;

    /// <summary>The election it stands in. Null: nobody else stands.</summary>
    internal ElectionOptions? Election
    {
        get => field ?? (ZooKeeper is null || !IsHighlyAvailable ? null : ElectionOptions.InZooKeeper(ZooKeeper, ZooKeeperSessionTimeout));
        init;
    }

    public string Journal => Path.Combine(DataDirectory, "journal.db");

    internal StoreAddress EffectiveStore => Store ?? new StoreAddress.OfFile(Journal);

    /// <summary>Opens a store that has no address.</summary>
    internal Func<IJournal>? OpenStore { get; init; }

    /// <summary>Where others reach it: under the host name that it was given, if any, else at the address it listens on.</summary>
    internal Uri Advertised(Uri listens)
    {
        var host = Settings.Hostname != AppsSettings.Default.Hostname ? Settings.Hostname
            : Listen.Address.Equals(IPAddress.Any) || Listen.Address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName()
            : null;
        return host is null ? listens : new UriBuilder(listens) { Host = host }.Uri;
    }

    internal async ValueTask<IJournal> OpenJournalAsync(ILogger log, CancellationToken cancellation) => OpenStore?.Invoke()
        ?? await JournalStore.OpenAsync(EffectiveStore, cancellation, warning => log.LogWarning("{Warning}", warning));

    /// <param name="address">Where the API is; told to tasks unless the settings name another place.</param>
    internal AppsSettings EffectiveSettings(Uri address) => Settings with
    {
        Role = Role,
        FrameworkName = Name,
        User = User,
        ResolvesSecrets = SecretsDirectory is not null,
        Features = SecretsDirectory is null ? Settings.Features : Settings.Features.Append(Features.Secrets).ToValueSet(),
        Matching = Settings.Matching with { AppsUrl = Settings.Matching.AppsUrl ?? address.GetLeftPart(UriPartial.Authority) },
    };
}
