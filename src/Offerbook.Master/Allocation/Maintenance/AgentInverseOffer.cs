using Mesos.V1;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>A framework is to be asked to give back what it has on an agent that is going to be unavailable.</summary>
public readonly record struct AgentInverseOffer(FrameworkId Framework, AgentId Agent, Unavailability Unavailability);

/// <summary>What a framework said last to the inverse offers of an agent.</summary>
/// <param name="Accepted">False: declined.</param>
public readonly record struct InverseOfferAnswer(FrameworkId Framework, bool Accepted, DateTimeOffset Answered);
