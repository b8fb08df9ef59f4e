using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>
/// When the connection of a request was made. What comes through a connection was not sent before it was made; how long ago it was sent
/// nobody can tell: a peer that has given up may have left bytes on the way that come through when the network is mended.
/// </summary>
public static class ConnectionAge
{
    private static readonly object Key = new();

    /// <summary>A moment to compare with <see cref="MadeAt"/>: ticks of <see cref="Stopwatch"/>.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>0 for a request that came through no connection of an <see cref="HttpServer"/>.</summary>
    public static long MadeAt(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var made) == true ? (long)made! : 0;

    internal static ConnectionDelegate Stamp(ConnectionDelegate next) => connection =>
    {
        connection.Items[Key] = Now;
        return next(connection);
    };
}
