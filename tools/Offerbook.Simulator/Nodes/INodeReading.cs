using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>What stories ask of a node, whatever its messages are.</summary>
public interface INodeReading
{
    string Name { get; }

    /// <summary>It has recovered and takes messages.</summary>
    bool IsServing { get; }

    /// <summary>Why the last life ended; null when it was ended from outside.</summary>
    StoreLoss? Lost { get; }

    /// <summary>Why it did not start, or could not read its log; null when it did.</summary>
    string? Refusal { get; }
}
