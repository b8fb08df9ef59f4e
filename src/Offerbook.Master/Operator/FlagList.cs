using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Flags;

namespace Offerbook.Master.Operator;

/// <summary>What is in effect, under the names of the original's flags.</summary>
internal static class FlagList
{
    /// <summary>Sorted by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(MasterSettings settings) =>
        settings.EffectiveFlags ?? MasterFlags.Effective(new MasterOptions { DataDirectory = ".", Settings = settings });
}
