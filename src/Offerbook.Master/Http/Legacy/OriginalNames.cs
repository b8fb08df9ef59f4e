using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf.Reflection;

namespace Offerbook.Master.Http.Legacy;

/// <summary>The names of an enum's values in the protocol, for instance <c>TASK_RUNNING</c>, found out once.</summary>
internal static class OriginalNames<T> where T : struct, Enum
{
    private static readonly Dictionary<int, string> s_names = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .DistinctBy(static field => (int)field.GetRawConstantValue()!)
        .ToDictionary(static field => (int)field.GetRawConstantValue()!,
            static field => field.GetCustomAttribute<OriginalNameAttribute>()!.Name);

    private static readonly Dictionary<int, byte[]> s_quoted = s_names.ToDictionary(static pair => pair.Key,
        static pair => Encoding.UTF8.GetBytes('"' + pair.Value + '"'));

    public static string Of(T value) => s_names.GetValueOrDefault(Unsafe.As<T, int>(ref value), "UNKNOWN");

    /// <summary>In UTF-8, with quotation marks.</summary>
    public static ReadOnlySpan<byte> Quoted(T value) =>
        s_quoted.TryGetValue(Unsafe.As<T, int>(ref value), out var quoted) ? quoted : "\"UNKNOWN\""u8;
}
