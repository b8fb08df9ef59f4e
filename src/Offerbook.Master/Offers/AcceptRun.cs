using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;

namespace Offerbook.Master.Offers;

/// <summary>One ACCEPT whose operations are being carried out in order: whose offers it used, and what of them is left.</summary>
internal sealed class AcceptRun(Framework framework, Agent agent, string role, ResourceBag offered)
{
    /// <summary>Copies of one shared volume that one task may name.</summary>
    private const int MaxCopies = 1000;

    private ResourceBag _setAside = ResourceBag.Empty;

    public Framework Framework { get; } = framework;

    public Agent Agent { get; } = agent;

    /// <summary>What the offers are allocated to; an operation that names no role means this one.</summary>
    public string Role { get; } = role;

    /// <summary>What the offers held when the call came.</summary>
    public ResourceBag Offered { get; } = offered;

    /// <summary>What the next operation may use: what was offered, less what is used, in the form that operations have given it.</summary>
    public ResourceBag Remaining { get; private set; } = offered;

    /// <summary>Shared volumes that tasks may use, however many copies: of what was offered or made, one copy each.</summary>
    public ResourceBag Sharable { get; private set; } = offered.Shared();

    /// <summary>Copies of shared volumes that tasks took beyond those that were offered; the allocator does not know of them yet.</summary>
    public ResourceBag ExtraCopies { get; private set; } = ResourceBag.Empty;

    /// <summary>What tasks may use: a shared volume is not used up by being used.</summary>
    public ResourceBag Usable => Sharable.IsEmpty
        ? Remaining
        : Remaining.NonShared() + ResourceBag.Of([.. Sharable.Select(volume => volume with { Count = MaxCopies })]);

    /// <summary>Takes resources that are usable and become a task's or an executor's.</summary>
    public void Use(ResourceBag resources)
    {
        if (resources.IsEmpty)
        {
            return;
        }
        ExtraCopies += resources.Shared() - Remaining.Shared();
        Remaining -= resources.NonShared();
        Remaining -= resources.Shared() - (resources.Shared() - Remaining.Shared());
    }

    /// <summary>An operation has turned a part into something else.</summary>
    /// <param name="usable">Later operations of this ACCEPT may use what was made.</param>
    public void Convert(ResourceBag consumed, ResourceBag produced, bool usable)
    {
        Remaining -= consumed;
        if (usable)
        {
            Remaining += produced;
            Sharable = Sharable - consumed.Shared() + produced.Shared();
        }
        else
        {
            _setAside += produced;
        }
    }

    /// <summary>
    /// What goes back at the end: what was offered and not used, under the call's filter, and what operations made, without.
    /// </summary>
    public (ResourceBag Declined, ResourceBag Made) Leftovers()
    {
        var left = Remaining + _setAside;
        var made = left - Offered;
        return (left - made, made);
    }
}
