using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Tests.Matching;

internal static class Offers
{
    public static Now Now { get; } = new(TimeSpan.Zero, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    /// <param name="resources">In the text form, all allocated to <paramref name="role"/>.</param>
    public static OfferRemainder Of(string resources = "cpus:4;mem:1024;disk:1000;ports:[31000-31009]", string host = "agent-1",
        string role = "*",
        params (string Name, string Text)[] attributes)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = "o1" },
            FrameworkId = new FrameworkID { Value = "f1" },
            AgentId = new AgentID { Value = "s1" },
            Hostname = host,
            AllocationInfo = new Resource.Types.AllocationInfo { Role = role },
        };
        offer.Resources.Add(ResourceBag.Parse(resources).Allocate(role).ToProto(ResourceFormat.PostRefinement));
        offer.Attributes.Add(attributes.Select(attribute => new Mesos.V1.Attribute
        {
            Name = attribute.Name,
            Type = Value.Types.Type.Text,
            Text = new Value.Types.Text { Value = attribute.Text },
        }));
        return OfferRemainder.Of(offer);
    }

    public static LaunchCandidate Candidate(AppDefinition app, params PlacedInstance[] placed) =>
        new(app, new InstanceId("a.instance-1"), 1, app.Role, placed);

    public static PlacedInstance Placed(string host, params (string Name, string Text)[] attributes) =>
        new(new AgentLocation(host, null, null, ValueMap.Of(attributes)), Given.At(1));

    public static MatchResult Match(OfferRemainder offer, LaunchCandidate candidate, MatchSettings? settings = null, ulong seed = 1) =>
        new OfferMatcher(settings ?? new MatchSettings()).Match(offer, candidate, new SeededRandom(seed), Now);

    public static MatchResult.Matched Matched(OfferRemainder offer, LaunchCandidate candidate, MatchSettings? settings = null,
        ulong seed = 1)
    {
        var result = Match(offer, candidate, settings, seed);
        Assert.That(result, Is.InstanceOf<MatchResult.Matched>(), string.Join("; ", (result as MatchResult.Refused)?.Refusals ?? []));
        return (MatchResult.Matched)result;
    }

    public static IEnumerable<string> Refusals(OfferRemainder offer, LaunchCandidate candidate, MatchSettings? settings = null)
    {
        var result = Match(offer, candidate, settings);
        Assert.That(result, Is.InstanceOf<MatchResult.Refused>());
        return ((MatchResult.Refused)result).Refusals.Select(refusal => refusal.ToString());
    }

    public static string Text(IEnumerable<Resource> resources) => ResourceReader.Read(resources).Bag.Unallocate().ToString();
}
