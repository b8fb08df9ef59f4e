using System.Net;
using Offerbook.Apps.Core;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Hosting;

/// <summary>How the Apps framework is run.</summary>
/// <param name="DataDirectory">Holds its journal; created with mode 0700 when it is missing. One framework at a time.</param>
/// <param name="Masters">Addresses of masters, tried in turn; at least one.</param>
public sealed record AppsOptions(string DataDirectory, IReadOnlyList<Uri> Masters)
{
    public const int DefaultPort = 8080;

    /// <summary>Where clients are served: loopback only unless said otherwise. Port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>The role of apps that name none, and the one in which resources are offered.</summary>
    public string Role { get; init; } = AppsSettings.Default.Role;

    /// <summary>The framework's name.</summary>
    public string Name { get; init; } = AppsSettings.Default.FrameworkName;

    /// <summary>The user that tasks run as when their app names none; the one that runs the framework by default.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>What is shown to the master, whose principal the framework then has; null when the master lets everybody in.</summary>
    public Credential? Credential { get; init; }

    /// <summary>What is logged at first, for a logger factory that lets everything through; POST /logging changes it. Null: as the factory has it.</summary>
    public Microsoft.Extensions.Logging.LogLevel? LogMinimum { get; init; }

    /// <summary>How the API is served.</summary>
    public ApiOptions Api { get; init; } = ApiOptions.Default;

    /// <summary>The finer settings; role, name and user above take precedence.</summary>
    public AppsSettings Settings { get; init; } = AppsSettings.Default;

    /// <summary>Where the journal is; null: the file <see cref="Journal"/>.</summary>
    public StoreAddress? Store { get; init; }

    public string Journal => Path.Combine(DataDirectory, "journal.db");

    internal StoreAddress EffectiveStore => Store ?? new StoreAddress.OfFile(Journal);

    /// <param name="address">Where the API is; told to tasks unless the settings name another place.</param>
    internal AppsSettings EffectiveSettings(Uri address) => Settings with
    {
        Role = Role,
        FrameworkName = Name,
        User = User,
        Matching = Settings.Matching with { AppsUrl = Settings.Matching.AppsUrl ?? address.GetLeftPart(UriPartial.Authority) },
    };
}
