using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>What a runtime offers so that checks happen in its containers' own context. Called from many threads at once.</summary>
internal interface IContainerChecks
{
    /// <summary>Runs a command in the container, as its user and with its environment and the check's own on top.</summary>
    /// <returns>The exit code as a shell shows it: 128 + n for a death by signal n.</returns>
    /// <exception cref="CheckImpossibleException">It could not be started.</exception>
    /// <exception cref="OperationCanceledException">Its time ran out: the command and what it started are killed.</exception>
    Task<int> RunAsync(CheckSpec.Command check, CancellationToken cancellation);

    /// <summary>A process in whose network the container's own loopback address is; null: the host's.</summary>
    int? NetworkOf(ContainerId container);
}

/// <summary>A check could not be carried out at all; the message says why.</summary>
internal sealed class CheckImpossibleException(string message, Exception? cause = null) : Exception(message, cause);
