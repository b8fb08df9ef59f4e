using Offerbook.Master.Allocation;
using Offerbook.Master.Hosting.History;
using static Offerbook.Master.Hosting.Flags.MasterFlagValues;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Master.Hosting.Flags;

/// <summary>Flags of Offerbook alone: bounds and times that the original does not have.</summary>
internal static class OwnFlags
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<MasterFlag> All { get; } =
    [
        Setting("framework_shutdown_timeout",
            "How long an agent may take to end the tasks of a removed framework before what they use is offered",
            (text, settings) => settings with { FrameworkShutdownTimeout = Duration(text, s_tick) }, settings =>
                Of(settings.FrameworkShutdownTimeout)),
        Allocation("max_offered_share",
            "The dominant share of the cluster, above 0 and at most 1, that may be out in offers to a framework when it is made another; "
            + "not set: any",
            (text, allocator) => allocator with { MaxOfferedShare = PositiveShare(text) }, allocator =>
                allocator.MaxOfferedShare is { } share ? Of(share) : null),
        Allocation("max_offers_per_framework", "How many offers a framework may sit on at once; not set: any number",
            (text, allocator) => allocator with { MaxOffersPerFramework = Count(text, 1) }, allocator =>
                allocator.MaxOffersPerFramework is { } count ? Of(count) : null),
        Setting("max_operations_per_agent", "Operations of an agent whose end is not known or not acknowledged; more are refused",
            (text, settings) => settings with { MaxOperationsPerAgent = Count(text, 1, 10_000_000) }, settings =>
                Of(settings.MaxOperationsPerAgent)),
        Book("offer_book", "Whether past offers are written down; without them the endpoints that need them answer 503",
            (text, book) => book with { Enabled = Switch(text) }, book => Of(book.Enabled)) with { IsSwitch = true },
        Book("offer_book_max_age", "Past offers and shares that are older are deleted",
            (text, book) => book with { MaxAge = Duration(text, TimeSpan.FromMinutes(1)) }, book => Of(book.MaxAge)),
        Book("offer_book_max_offers", "Past offers at most, some 300 bytes each; the oldest are deleted first",
            (text, book) => book with { MaxOffers = Count(text, 1) },
            book => book.MaxOffers.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Setting("slow_turn", "A turn of the master's loop that takes longer is counted and logged",
            (text, settings) => settings with { SlowTurn = Duration(text, s_tick) }, settings => Of(settings.SlowTurn)),
    ];

    private static MasterFlag Own(string name, string note, Func<string, MasterOptions, MasterOptions> apply,
        Func<MasterOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { IsOwn = true, Apply = apply, Show = show };

    private static MasterFlag Setting(string name, string note, Func<string, MasterSettings, MasterSettings> apply,
        Func<MasterSettings, string?> show) =>
        Own(name, note, (text, options) => options with { Settings = apply(text, options.Settings) }, options => show(options.Settings));

    private static MasterFlag Allocation(string name, string note, Func<string, AllocatorSettings, AllocatorSettings> apply,
        Func<AllocatorSettings, string?> show) =>
        Setting(name, note, (text, settings) => settings with { Allocator = apply(text, settings.Allocator) },
            settings => show(settings.Allocator));

    private static MasterFlag Book(string name, string note, Func<string, OfferBookOptions, OfferBookOptions> apply,
        Func<OfferBookOptions, string?> show) =>
        Own(name, note, (text, options) => options with { OfferBook = apply(text, options.OfferBook) }, options => show(options.OfferBook));

    private static double PositiveShare(string text) =>
        Share(text) is > 0 and var share ? share : throw new FormatException($"expecting a number above 0 and at most 1, not '{text}'");
}
