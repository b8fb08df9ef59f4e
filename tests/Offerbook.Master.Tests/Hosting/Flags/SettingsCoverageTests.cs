using System.Reflection;
using Offerbook.Master.Allocation;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Flags;
using Offerbook.Master.Hosting.History;

namespace Offerbook.Master.Tests.Hosting.Flags;

/// <summary>Whatever can be set has a flag that sets it, or a reason why nobody needs one.</summary>
public sealed class SettingsCoverageTests
{
    /// <summary>At least one is good for each kind of flag, and none is a default.</summary>
    private static readonly string[] s_values =
    [
        "true", "false", "3", "0.3", "30%", "31secs", "31mins", "3/10mins", "random", "3KB", "cpus:3", "a,b",
        """{"permissive":false}""", """{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}""",
    ];

    private static readonly Dictionary<string, string> s_reasons = new()
    {
        ["MasterSettings.Hostname"] = "set from the address that is listened on, and so by --hostname",
        ["MasterSettings.Ip"] = "set from the address that is listened on, and so by --ip and --advertise_ip",
        ["MasterSettings.Port"] = "set from the address that is listened on, and so by --port and --advertise_port",
        ["MasterSettings.Format"] = "what this program knows; operators raise the journal's level by offerbook upgrade",
        ["MasterSettings.Id"] = "drawn anew for each term",
        ["MasterSettings.ProcessStarted"] = "is when it happened",
        ["MasterSettings.HeartbeatInterval"] = "clients count on the 15 s of the original, which has no flag for it either",
        ["MasterSettings.OperatorStreamBatchInterval"] = "5 ms go unnoticed, and are enough for many to share a snapshot",
        ["MasterSettings.EffectiveFlags"] = "is what the flags make",
        ["MasterSettings.FrameworkReturnTime"] =
            "a moment to find a new leader; what frameworks ask for themselves is their failover timeout",
        ["MasterSettings.SnapshotInterval"] = "grows with the cluster by itself",
        ["MasterSettings.MaxTaskHistoryBytes"] =
            "bounds memory; the numbers of tasks that are remembered have flags, and tasks rarely have a tenth of it",
        ["AllocatorSettings.MasterRegion"] = "the master says of each agent whether it is remote, from --domain",
        ["AllocatorSettings.ShortestRefusal"] = "keeps the master from offering at the speed of the network; nobody gains by another value",
        ["AllocatorSettings.RefusalMemory"] = "the default refusal of the field; a framework that wants more asks for it in refuse_seconds",
        ["AllocatorSettings.WithheldInterval"] = "bounds the allocator's own work",
        ["AllocatorSettings.MaxFilters"] = "bounds memory, far above what 50,000 agents and 80 picky frameworks need",
        ["OfferBookOptions.ShareInterval"] = "samples are cheap, and --offer_book_max_age bounds them",
        ["OfferBookOptions.MaxShares"] = "follows from the interval and the age",
        ["OfferBookOptions.MaxQueued"] = "bounds memory while the disk stalls",
    };

    [Test]
    public void Setting_HasAFlagOrAReason()
    {
        var plain = new MasterOptions { DataDirectory = "/data" };
        var set = new HashSet<string>();
        foreach (var flag in MasterFlags.All.Where(flag => flag.Support == FlagSupport.Supported))
        {
            foreach (var value in s_values)
            {
                try
                {
                    var options = MasterFlags.Apply(flag, value, plain);
                    set.UnionWith(Changed(plain.Settings, options.Settings));
                    set.UnionWith(Changed(plain.Settings.Allocator, options.Settings.Allocator));
                    set.UnionWith(Changed(plain.OfferBook, options.OfferBook));
                }
                catch (FormatException)
                {
                    // This flag wants another kind of value.
                }
            }
        }
        var all = new[] { typeof(MasterSettings), typeof(AllocatorSettings), typeof(OfferBookOptions) }.SelectMany(Settable).ToList();

        Assert.That(all.Except(set).Except(s_reasons.Keys).Except(["MasterSettings.Allocator"]), Is.Empty,
            "settings with neither a flag nor a reason");
        Assert.That(s_reasons.Keys.Except(all).Concat(s_reasons.Keys.Intersect(set)), Is.Empty, "reasons that are not needed");
    }

    private static IEnumerable<string> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .Select(property => $"{type.Name}.{property.Name}");

    private static IEnumerable<string> Changed<T>(T before, T after) => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite && !Equals(property.GetValue(before), property.GetValue(after)))
        .Select(property => $"{typeof(T).Name}.{property.Name}");
}
