using System.Collections.Immutable;
using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Quota;

namespace Offerbook.Master.Operator.Views;

/// <summary>What operators have decided. The messages are shared with the core and must not be changed.</summary>
/// <param name="Quotas">Sorted by role; without those that have the default quota.</param>
/// <param name="Weights">Sorted by role; without those that nobody has set.</param>
/// <param name="Schedule">Empty when no maintenance is planned.</param>
/// <param name="Maintenance">The machines of the schedule by mode, with what frameworks have answered.</param>
/// <param name="RemovalsHeld">More agents stayed away after the master's start than may be given up; an operator must look.</param>
/// <param name="InverseOffers">Those that are out, oldest first.</param>
public sealed record OperatorView(
    ImmutableArray<QuotaConfig> Quotas,
    ImmutableArray<WeightInfo> Weights,
    Schedule Schedule,
    ClusterStatus Maintenance,
    ImmutableArray<InverseOffer> InverseOffers,
    bool RemovalsHeld)
{
    /// <summary>As GET_QUOTA shows quotas: the configurations, and for older clients the guarantees as resources.</summary>
    public QuotaStatus QuotaStatus()
    {
        var status = new QuotaStatus();
        foreach (var quota in Quotas)
        {
            var info = new QuotaInfo { Role = quota.Role };
            foreach (var (name, value) in quota.Guarantees.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                info.Guarantee.Add(new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = value });
            }
            status.Infos.Add(info);
            status.Configs.Add(quota);
        }
        return status;
    }
}
