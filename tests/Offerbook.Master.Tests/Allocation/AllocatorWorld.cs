using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>
/// An allocator with a clock of its own, and short ways to say things. Frameworks <c>f</c> and agents <c>a</c> go by their names.
/// </summary>
internal sealed class AllocatorWorld
{
    public const AgentCapabilities ModernAgent = AgentCapabilities.MultiRole | AgentCapabilities.HierarchicalRole;

    public AllocatorWorld(AllocatorSettings? settings = null, ulong seed = 1)
    {
        Allocator = new Allocator(settings ?? new AllocatorSettings(), new SeededRandom(seed));
    }

    public Allocator Allocator { get; }

    public TimeSpan Elapsed { get; private set; }

    public Now Now => new(Elapsed, DateTimeOffset.UnixEpoch + Elapsed);

    public void Framework(string id, params string[] roles) => Framework(id, FrameworkCapabilities.None, roles);

    public void Framework(string id, FrameworkCapabilities capabilities, params string[] roles) =>
        Allocator.AddFramework(new FrameworkId(id), Describe(capabilities, roles));

    public void Update(string id, string[] roles, string[]? suppressed = null) =>
        Allocator.UpdateFramework(new FrameworkId(id), Describe(FrameworkCapabilities.MultiRole, roles, suppressed));

    public void Agent(string id, string total, AgentCapabilities capabilities = ModernAgent) =>
        Agent(id, ResourceBag.Parse(total), capabilities);

    public void Agent(string id, ResourceBag total, AgentCapabilities capabilities = ModernAgent) =>
        Allocator.AddAgent(new AgentId(id), new AllocatorAgent(capabilities), total, new Dictionary<FrameworkId, ResourceBag>());

    /// <param name="guarantees">As <c>cpus:4;mem:1024</c>, as are the limits.</param>
    public void Quota(string role, string? guarantees = null, string? limits = null) => Allocator.UpdateQuota(role, new RoleQuota(
        guarantees is null ? ResourceQuantities.Empty : ResourceBag.Parse(guarantees).Quantities,
        limits is null ? QuantityLimits.None : Limits(limits)));

    /// <summary>One run, told as <c>framework/role@agent</c>, sorted.</summary>
    public string Run() => string.Join(" ", RunAndList().Select(a => $"{a.Framework}/{a.Role}@{a.Agent}").Order(StringComparer.Ordinal));

    public IReadOnlyList<AgentAllocation> RunAndList() => Allocator.Run(Now);

    /// <summary>One run, told as <c>framework@agent=resources</c> without roles, sorted.</summary>
    public string RunInFull() => string.Join(" ", RunAndList()
        .Select(a => $"{a.Framework}@{a.Agent}={a.Resources.Unallocate().ToString().Replace("; ", ";", StringComparison.Ordinal)}")
        .Order(StringComparer.Ordinal));

    /// <summary>Gives back all that a framework holds on an agent.</summary>
    public void GiveBack(string framework, string agent, double? refuseSeconds = null)
    {
        var held = Held(framework, agent);
        Assert.That(held.IsEmpty, Is.False, $"{framework} holds nothing on {agent}");
        GiveBack(framework, agent, held, refuseSeconds);
    }

    public void GiveBack(string framework, string agent, ResourceBag resources, double? refuseSeconds = null) => Allocator.Recover(
        new FrameworkId(framework), new AgentId(agent), resources, refuseSeconds is { } seconds
            ? RefusalDuration.FromSeconds(seconds) : null, Now);

    public void Decline(string framework, string agent, double refuseSeconds = 5) => GiveBack(framework, agent, refuseSeconds);

    public ResourceBag Held(string framework, string agent) =>
        Allocator.ViewAgent(new AgentId(agent))!.Held.FirstOrDefault(pair => pair.Key.Value == framework).Value ?? ResourceBag.Empty;

    public ResourceBag Available(string agent) => Allocator.ViewAgent(new AgentId(agent))!.Available;

    public double Share(string role) => Allocator.View().Roles.Single(view => view.Role == role).DominantShare;

    /// <summary>Lets time pass as the owner of the allocator does: filters are ended when they run out.</summary>
    public void Wait(double seconds)
    {
        Elapsed += TimeSpan.FromSeconds(seconds);
        Allocator.ExpireFilters(Now);
    }

    private static AllocatorFramework Describe(FrameworkCapabilities capabilities, string[] roles, string[]? suppressed = null) =>
        new(roles, suppressed ?? [], capabilities | (roles.Length > 1 ? FrameworkCapabilities.MultiRole : 0));

    // A bag keeps no zeros, which limits may have.
    private static QuantityLimits Limits(string text) => QuantityLimits.Of(
        [.. text.Split(';').Select(part => part.Split(':')).Select(pair =>
            (pair[0], double.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture)))]);
}
