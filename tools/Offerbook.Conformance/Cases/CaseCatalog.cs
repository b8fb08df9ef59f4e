using Offerbook.Conformance.Cases.Changes;
using Offerbook.Conformance.Cases.Operator;
using Offerbook.Conformance.Cases.Scheduler;

namespace Offerbook.Conformance.Cases;

/// <summary>Every case. A class of cases lists its own in <c>All</c>; it is part of the kit once it is named here.</summary>
public static class CaseCatalog
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. RequestCases.All,
        .. SubscriptionCases.All,
        .. RefusalCases.All,
        .. UpdateFrameworkCases.All,
        .. OfferCases.All,
        .. LaunchCases.All,
        .. TaskErrorCases.All,
        .. OfferSetCases.All,
        .. GroupCases.All,
        .. PodCases.All,
        .. ReconcileCases.All,
        .. AllocationCases.All,
        .. ReservationCases.All,
        .. VolumeCases.All,
        .. FeedbackCases.All,
        .. ReadCases.All,
        .. WeightAndRoleCases.All,
        .. QuotaCases.All,
        .. MaintenanceCases.All,
        .. DrainCases.All,
        .. StreamCases.All,
    ];
}
