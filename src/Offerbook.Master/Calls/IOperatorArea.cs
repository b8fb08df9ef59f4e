using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>The operator calls of one feature that change something.</summary>
internal interface IOperatorArea
{
    IReadOnlyList<Type> Types { get; }

    /// <summary>
    /// Answers a call of one of <see cref="Types"/> exactly once. The call has passed <see cref="OperatorCallValidator"/>.
    /// </summary>
    void Handle(in Turn turn, MasterMessage.OperatorCallReceived message);
}
