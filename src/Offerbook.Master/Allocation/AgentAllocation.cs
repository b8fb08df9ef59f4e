using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>What one run gives of one agent to one framework in one role: the content of one offer.</summary>
/// <param name="Resources">Not empty; every entry carries the role as its allocation.</param>
public readonly record struct AgentAllocation(FrameworkId Framework, string Role, AgentId Agent, ResourceBag Resources);
