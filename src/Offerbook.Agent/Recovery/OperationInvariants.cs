using Offerbook.Actors;
using Offerbook.Agent.Operations;
using Offerbook.Resources;

namespace Offerbook.Agent.Recovery;

/// <summary>What holds of an agent's operations and resources between any two turns.</summary>
internal static class OperationInvariants
{
    public static void Check(OperationBook book, AgentSettings settings)
    {
        Invariant.Check(book.Problem is null, "the configured resources hold what operations made of them");
        Invariant.Check(book.Total.Quantities.Equals(book.Configured.Quantities), "operations change no amounts");
        Invariant.Check(book.Checkpointed.IsEmpty
            ? ReferenceEquals(book.Total, book.Configured)
            : book.Total.Checkpointed() == book.Checkpointed, "what operations made is in the total");
        Invariant.Check(book.Operations.Count <= settings.MaxOperations + 1, "the operations that wait are bounded");
        foreach (var (uuid, operation) in book.Operations)
        {
            Invariant.Check(uuid == operation.Uuid, "an operation is filed under its own name");
            Invariant.Check(operation.End is null || operation.HasFeedback,
                "an operation that is over stays only while somebody is to acknowledge it");
            Invariant.Check(operation.RetryAfter is null || operation.End is not null, "only ends are sent again");
        }
    }
}
