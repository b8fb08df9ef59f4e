using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Asks the processor to bring memory into its caches while it works on something else. A hint and nothing more: results never
/// depend on it, nothing is read, and a processor without such an instruction ignores it.
/// </summary>
internal static unsafe class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>The beginning of an object; null is nothing.</summary>
    /// <param name="lines">Of 64 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object? item, int lines = 1)
    {
        if (Sse.IsSupported)
        {
            // The collector may move the object the next moment: then this warms a line in vain.
            Lines(*(byte**)Unsafe.AsPointer(ref item), lines);
        }
    }

    /// <summary>What a reference into an array refers to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At<T>(ref readonly T place, int lines)
        where T : struct
    {
        if (Sse.IsSupported)
        {
            Lines((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place)), lines);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lines(byte* address, int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            Sse.Prefetch0(address + (i * LineBytes));
        }
    }
}
