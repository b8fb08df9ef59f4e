using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <content>What operators decide: quotas, weights, the whitelist and maintenance.</content>
public sealed partial class Allocator
{
    /// <summary>Sets what a top-level role is sure to get and gets at most. What somebody has is never taken away.</summary>
    /// <param name="quota"><see cref="RoleQuota.Default"/> takes it back.</param>
    public void UpdateQuota(string role, RoleQuota quota)
    {
        Invariant.Check(!role.Contains('/', StringComparison.Ordinal), "quotas are set for top-level roles");
        _quotas.Replace(role, quota);
        foreach (var agent in _agents.ByHandle)
        {
            if (agent is not null)
            {
                agent.SettledAt = -1;
            }
        }

        _agents.AddAllCandidates();
    }

    /// <summary>The quota of a top-level role; <see cref="RoleQuota.Default"/> where none was set.</summary>
    public RoleQuota QuotaOf(string role) => _quotas.Find(role)?.Quota ?? RoleQuota.Default;

    /// <summary>
    /// What counts for the quota of a top-level role, whether it has one or not: its reservations, and what else it is offered or uses.
    /// </summary>
    public ResourceQuantities ConsumedQuota(string role) => _quotas.Find(role) is { } account
        ? _totals.Quantities(account.Reserved) + _totals.Quantities(account.Unreserved)
        : ResourceQuantities.Empty;

    /// <param name="weight">Above 0. Of this role alone, not of those below it; 1 where none was set.</param>
    public void UpdateWeight(string role, double weight)
    {
        Invariant.Check(double.IsFinite(weight) && weight > 0, "weights are above 0");
        _roles.SetWeight(role, weight);
    }

    public void UpdateWeights(IReadOnlyDictionary<string, double> weights)
    {
        foreach (var role in weights.Keys.Order(StringComparer.Ordinal))
        {
            UpdateWeight(role, weights[role]);
        }
    }

    /// <summary>Agents of other hosts are not handed out from now on. Offers that are out stay.</summary>
    /// <param name="hostnames">Null: no such list, all agents are handed out.</param>
    public void SetWhitelist(IReadOnlyCollection<string>? hostnames) => _agents.SetWhitelist(hostnames);

    /// <summary>
    /// The agent is going to be unavailable, at another time than it was said before, or not at all (null). Frameworks that have
    /// something there are asked to leave: see <see cref="InverseOffers"/>. What was asked and answered before is forgotten.
    /// </summary>
    public void SetUnavailability(AgentId id, Unavailability? unavailability)
    {
        if (_agents.Find(id) is { } slot)
        {
            _maintenance.Set(slot, unavailability);
            _agents.AddCandidate(slot);
        }
    }

    /// <summary>Null: nothing is planned, or the agent is not known.</summary>
    public Unavailability? UnavailabilityOf(AgentId id) => _agents.Find(id)?.Maintenance?.Unavailability;

    /// <summary>A framework answered an inverse offer. It is asked again after a while, for as long as it has something there.</summary>
    /// <param name="refuse">Not to be asked before then; see <see cref="RefusalDuration"/>.</param>
    public void AnswerInverseOffer(FrameworkId framework, AgentId id, bool accepted, TimeSpan refuse, Now now)
    {
        if (_agents.Find(id)?.Maintenance is { } maintenance)
        {
            var holds = RefusalDuration.Clamp(refuse);
            holds = holds < _settings.ShortestRefusal ? _settings.ShortestRefusal : holds;
            _maintenance.Answer(maintenance, framework, accepted, now.Elapsed + holds, now.Wall);
        }
    }

    /// <summary>
    /// An inverse offer is not out any more though nobody answered it. It is made again when something happens to the agent.
    /// </summary>
    public void ForgetInverseOffer(FrameworkId framework, AgentId id) => _agents.Find(id)?.Maintenance?.Outstanding.Remove(framework);

    /// <summary>The inverse offers of a framework are not out any more, though nobody answered them: it is asked anew.</summary>
    public void AskAgain(FrameworkId framework)
    {
        _maintenance.Forget(framework, answersToo: false);
        _maintenance.Revive(framework);
    }

    /// <summary>The newest answers of the frameworks that were asked to leave the agent, sorted by framework.</summary>
    public IReadOnlyList<InverseOfferAnswer> InverseOfferAnswers(AgentId id) => _agents.Find(id)?.Maintenance is { } maintenance
        ? [.. maintenance.Answers.Values]
        : [];
}
