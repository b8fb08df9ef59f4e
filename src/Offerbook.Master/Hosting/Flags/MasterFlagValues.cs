using System.Globalization;
using Offerbook.Resources;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Master.Hosting.Flags;

/// <summary>Values of flags that only a master has; see <see cref="FlagValues"/>.</summary>
internal static class MasterFlagValues
{
    /// <summary>So many in a time: <c>1/10mins</c>.</summary>
    public static RemovalRate Rate(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            ? new RemovalRate(Count(parts[0], least: 1), Duration(parts[1], TimeSpan.FromMilliseconds(1)))
            : throw new FormatException($"expecting a number of agents and a duration, as 1/10mins, not '{text}'");
    }

    /// <summary>Sets of quantities: <c>disk:1|cpus:1;mem:32</c>.</summary>
    public static IReadOnlyList<ResourceQuantities> Quantities(string text) =>
        [.. text.Split('|', StringSplitOptions.TrimEntries).Where(set => set.Length > 0).Select(set =>
    {
        var amounts = new List<(string, double)>();
        foreach (var part in set.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0
                || !double.TryParse(part.AsSpan(colon + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                || amount > 1e12)
            {
                throw new FormatException($"expecting a name and a number, as mem:32, not '{part}'");
            }
            amounts.Add((part[..colon], amount));
        }
        return ResourceQuantities.Of([.. amounts]);
    })];

    public static string Of(IReadOnlyList<ResourceQuantities> sets) => string.Join('|', sets.Select(set =>
    {
        var parts = new List<string>();
        foreach (var name in set.Names)
        {
            parts.Add($"{name}:{set[name].ToDouble().ToString(CultureInfo.InvariantCulture)}");
        }
        return string.Join(';', parts);
    }));
}
