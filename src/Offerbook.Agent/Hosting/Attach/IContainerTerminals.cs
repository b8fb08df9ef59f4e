using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>A runtime whose containers may have terminals that others can attach to.</summary>
internal interface IContainerTerminals
{
    /// <summary>Null when there is no such container with a terminal, or it cannot be had. The same one for all who ask at once.</summary>
    Task<AttachedContainer?> TerminalOfAsync(ContainerId id);
}
