using Offerbook.Actors;
using Offerbook.Master;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>A master that is wrong in one way.</summary>
internal abstract class MasterDefect(ICore<MasterMessage> core) : CoreDefect<MasterMessage>(core)
{
    /// <summary>Pretends to have taken a call.</summary>
    protected static MasterMessage? Swallow(Wire.Identity.ConnectionId connection, int status, Effects effects)
    {
        effects.Add(new MasterEffect.Answer(connection, status, ""));
        return null;
    }
}
