using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf.Reflection;

namespace Offerbook.Agent.Http;

/// <summary>The names that the protocol gives to enum values.</summary>
internal static class EnumText
{
    /// <summary>Bounded by the values of the protocol.</summary>
    private static readonly ConcurrentDictionary<Enum, string> Names = new();

    public static string Of(Enum value) => Names.GetOrAdd(value, static known =>
        known.GetType().GetField(known.ToString())?.GetCustomAttribute<OriginalNameAttribute>()?.Name ?? known.ToString());
}
