using Microsoft.AspNetCore.Http;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>How a standby hands requests on to whoever leads.</summary>
/// <param name="Self">Where this process is reached, as the election knows it.</param>
public sealed record StandbyOptions(Uri Self)
{
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What a connection to the leader may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = DefaultConnectTimeout;

    /// <summary>How long nothing may move, up or down, on a connection to the leader.</summary>
    public TimeSpan ReadTimeout { get; init; } = DefaultReadTimeout;

    /// <summary>For how long a request waits for somebody to lead: ten times the 250 ms of the original.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(2_500);

    /// <summary>Connections to the leader; more requests than that wait for one.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>Longest body that is handed on; the leader would refuse longer ones only when it has read so much.</summary>
    public long MaxBodyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Which certificates of leaders that serve HTTPS are believed; null: those that the machine trusts.</summary>
    public LeaderTrust? Trust { get; init; }

    /// <summary>Tells which way a request and its answer went; a request that names this process already goes in circles.</summary>
    public string ViaHeader { get; init; } = "X-Marathon-Via";

    /// <summary>Requests whose client is sent to the leader (302) instead: streams, which would hold connections for days.</summary>
    public Func<HttpRequest, bool> SendsAway { get; init; } = static _ => false;
}
