using Offerbook.Coordination.Sessions;

namespace Offerbook.Simulator.Coordination;

/// <summary>Requests to the coordination service and its answers in a word or two, for traces.</summary>
internal static class CallText
{
    public static string Of(ServiceCall call) => call switch
    {
        ServiceCall.Create create => "create " + create.Path,
        ServiceCall.Delete delete => "delete " + delete.Path,
        ServiceCall.List list => "list " + list.Path,
        ServiceCall.Read read => "read " + read.Path,
        _ => call.GetType().Name,
    };

    public static string Of(Answer answer) => answer switch
    {
        Answer.Created created => created.Path,
        Answer.Listed listed => string.Join(' ', listed.Names),
        Answer.Refused refused => refused.Error.ToString(),
        _ => answer.GetType().Name,
    };
}
