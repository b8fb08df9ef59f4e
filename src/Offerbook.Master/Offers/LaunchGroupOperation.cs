namespace Offerbook.Master.Offers;

/// <summary>LAUNCH_GROUP: all tasks of a group begin, or none does.</summary>
internal sealed class LaunchGroupOperation(OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation) =>
        outcomes.Refuse(turn, run, operation, operation.Id is not null
            ? "The 'id' field cannot be set on LAUNCH_GROUP operations"
            : "LAUNCH_GROUP is not supported yet by this master; LAUNCH is");
}
